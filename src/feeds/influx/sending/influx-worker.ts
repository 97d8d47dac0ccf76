import { workerData } from 'node:worker_threads';
import { serveSending } from '../../sending/serve-sending.js';
import { compressed } from '../lines/compressed.js';
import { BatchPoster } from '../server/post-batch.js';
import type { BatchMessage, InfluxWorkerData } from './messages.js';
import { metaText, Sender } from './sender.js';

const { folder, limitBytes, target, authorization } = workerData as InfluxWorkerData;

serveSending<BatchMessage>({ folder, limitBytes }, target.name, 'line', ({ spool, texts, post, keep }) => {
  const poster = new BatchPoster(target, authorization);
  const sender = new Sender({
    spool,
    post: (body, unit) => poster.post(body, unit),
    onTrouble: (outcome, lines) => {
      if (outcome.kind === 'refused') texts.refused(lines, outcome.why);
      else {
        texts.trouble(outcome);
        post({ type: 'trouble', why: outcome.why });
      }
    },
    onRelief: () => {
      texts.relief();
      post({ type: 'trouble', why: null });
    },
  });
  return {
    take({ bytes, lines, unit }) {
      keep(metaText(unit), compressed(bytes), lines, bytes.length);
      sender.wake();
    },
    settle: (graceMs) => sender.settle(graceMs),
    async close() {
      const stopped = sender.stop();
      poster.close(); // who is asked to stop does not wait for a server
      await stopped;
    },
  };
});
