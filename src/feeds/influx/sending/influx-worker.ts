import { parentPort, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { errorText, UserError } from '../../../errors.js';
import { Spool } from '../../spool/spool.js';
import { BatchPoster } from '../server/post-batch.js';
import { forgetfulMs, gzipLevel } from './limits.js';
import type { FromInfluxWorker, InfluxWorkerData, ToInfluxWorker } from './messages.js';
import { metaText, Sender } from './sender.js';
import { TroubleTexts } from './trouble-texts.js';

/** The thread between a recording and the network: what it is given is in the spool before anything is sent. */

const { folder, limitBytes, target, authorization } = workerData as InfluxWorkerData;
const port = parentPort!;
const post = (message: FromInfluxWorker): void => port.postMessage(message);

function start(): void {
  const spool = Spool.open({ folder, limitBytes, keepMs: forgetfulMs });
  const texts = new TroubleTexts(target.name, folder, (text) => post({ type: 'notice', text }));
  const poster = new BatchPoster(target, authorization);
  const sender = new Sender({
    spool,
    post: (body, unit) => poster.post(body, unit),
    onTrouble: (outcome, lines) => texts.trouble(outcome, lines),
    onRelief: (afterMs) => texts.relief(afterMs),
  });
  const keep = ({ bytes, lines, unit }: Extract<ToInfluxWorker, { type: 'batch' }>): void => {
    const { records } = spool.lost;
    try {
      spool.append(metaText(unit), gzipSync(bytes, { level: gzipLevel }), lines);
      if (spool.lost.records > records) texts.lost();
    } catch (error) {
      texts.failed(errorText(error));
    }
    post({ type: 'kept', bytes: bytes.length });
    sender.wake();
  };
  const close = async (): Promise<void> => {
    const stopped = sender.stop();
    poster.close(); // who is asked to stop does not wait for a server
    await stopped;
    spool.close();
    post({ type: 'closed' });
    port.close();
  };
  port.on('message', (message: ToInfluxWorker) => {
    if (message.type === 'batch') keep(message);
    else if (message.type === 'settle')
      void sender.settle(message.graceMs).then((state) => post({ type: 'settled', state }));
    else void close();
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
