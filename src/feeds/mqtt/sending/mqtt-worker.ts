import { parentPort, workerData } from 'node:worker_threads';
import { errorText, UserError } from '../../../errors.js';
import { Spool } from '../../spool/spool.js';
import { BrokerConnection } from '../broker/connection.js';
import { forgetfulMs } from './limits.js';
import { metaText, Outbox } from './outbox.js';
import { TroubleTexts } from './trouble-texts.js';
import type { FromMqttWorker, MqttWorkerData, ToMqttWorker } from './worker-messages.js';

/** The thread between a recording and the broker: what shall arrive is in the spool before anything is sent. */

const data = workerData as MqttWorkerData;
const port = parentPort!;
const post = (message: FromMqttWorker): void => port.postMessage(message);

function start(): void {
  const { folder, limitBytes, target, login, tls, clientId } = data;
  const spool = Spool.open({ folder, limitBytes, keepMs: forgetfulMs });
  const texts = new TroubleTexts(target.name, folder, (text) => post({ type: 'notice', text }));
  const connections: BrokerConnection[] = [];
  const outbox = new Outbox({
    spool,
    publish: async (topic, body) => (await connections[0]?.publish(topic, body)) ?? { kind: 'gone' },
    onTrouble: (trouble) => texts.trouble(trouble),
    onRefusal: (why) => texts.refused(why),
    onTaken: () => texts.relief(),
  });
  const connect = (will: string | null): void => {
    const isFirst = connections.length === 0;
    connections.push(
      new BrokerConnection({
        ...{ target, login, tls, will },
        clientId: isFirst ? clientId : `${clientId}-${connections.length + 1}`,
        onUp: (most) => {
          if (isFirst) outbox.up(most);
        },
        onDown: () => {
          if (isFirst) outbox.down();
        },
        onTrouble: (trouble) => texts.trouble(trouble),
      }),
    );
  };
  const keep = (topic: string, payload: string): void => {
    const { records } = spool.lost;
    try {
      spool.append(metaText(topic), Buffer.from(payload));
      if (spool.lost.records > records) texts.lost();
    } catch (error) {
      texts.failed(errorText(error));
    }
    post({ type: 'kept', bytes: payload.length });
    outbox.pump();
  };
  const close = async (): Promise<void> => {
    await Promise.all(connections.map((each) => each.close()));
    outbox.down();
    spool.close();
    port.close();
  };
  port.on('message', (message: ToMqttWorker) => {
    if (message.type === 'message') keep(message.topic, message.payload);
    else if (message.type === 'retain')
      connections[message.connection]?.retain(message.topic, message.payload, message.qos);
    else if (message.type === 'connect') connect(message.will);
    else if (message.type === 'settle') {
      for (const connection of connections) connection.wake(); // now is as good as any time
      void outbox
        .settle(message.graceMs)
        .then((state) => post({ type: 'settled', state, trouble: texts.current }));
    } else void close();
  });
  post({ type: 'ready', left: spool.waiting.count });
}

try {
  start();
} catch (error) {
  post({
    type: 'failed',
    message: errorText(error),
    exitCode: error instanceof UserError ? error.exitCode : null,
  });
  port.close();
}
