import { workerData } from 'node:worker_threads';
import { serveSending } from '../../sending/serve-sending.js';
import { BrokerConnection } from '../broker/connection.js';
import type { MqttMessage, MqttWorkerData } from './messages.js';
import { metaText, Outbox } from './outbox.js';

const { folder, limitBytes, target, login, tls, clientId } = workerData as MqttWorkerData;

serveSending<MqttMessage>({ folder, limitBytes }, target.name, 'message', ({ spool, texts, keep }) => {
  const connections: BrokerConnection[] = [];
  const outbox = new Outbox({
    spool,
    publish: async (topic, body) => (await connections[0]?.publish(topic, body)) ?? { kind: 'gone' },
    onTrouble: (trouble) => texts.trouble(trouble),
    onRefusal: (why) => texts.refused(1, why),
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
  return {
    take(message) {
      if (message.type === 'message') {
        const { topic, payload } = message;
        keep(metaText(topic), Buffer.from(payload), 1, payload.length);
        outbox.pump();
      } else if (message.type === 'retain')
        connections[message.connection]?.retain(message.topic, message.payload, message.qos);
      else connect(message.will);
    },
    async settle(graceMs) {
      for (const connection of connections) connection.wake(); // now is as good as any time
      await outbox.settle(graceMs);
      return { ...outbox.state, trouble: texts.current };
    },
    async close() {
      await Promise.all(connections.map((each) => each.close()));
      outbox.down();
    },
  };
});
