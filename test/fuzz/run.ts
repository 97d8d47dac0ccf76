/**
 * `npm run fuzz [-- --count N --seed N --only NAME --lanes N --json]`: feeds everything that reads foreign bytes. Each
 * target has its share of the count. Ends with 1 where there is a finding; its seed and number make the input again.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Fuzzed } from './target.js';
import { targets } from './targets.js';
import type { FuzzWork } from './worker.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    lanes: { type: 'string', default: String(cpus().length) },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const chosen = targets.filter(({ name }) => !values.only || values.only.some((word) => name.includes(word)));
const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);

/** An input that is not done by then hangs. */
const hangMs = 30_000;

function fuzzInThread(target: string, count: number): Promise<Fuzzed> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const work: FuzzWork = { target, count, seed, progress: progress.buffer as SharedArrayBuffer };
  const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: work });
  return new Promise((resolve) => {
    let last = -1;
    const watch = setInterval(() => {
      const n = Atomics.load(progress, 0);
      if (n === last) fail(n, `hangs: no end after ${hangMs / 1000} s`);
      last = n;
    }, hangMs);
    const end = (fuzzed: Fuzzed) => {
      clearInterval(watch);
      resolve(fuzzed);
    };
    const fail = (n: number, how: string) => {
      void worker.terminate();
      end({ target, inputs: n, refused: 0, failures: [`seed ${seed}, input ${n}: ${how}`] });
    };
    worker.once('message', end);
    worker.once('error', (error) => fail(Atomics.load(progress, 0), `ends the thread: ${String(error)}`));
  });
}

const results: Fuzzed[] = [];
const queue = [...chosen];
await Promise.all(
  Array.from({ length: Number(values.lanes) }, async () => {
    for (let target = queue.shift(); target; target = queue.shift()) {
      const startMs = performance.now();
      const count = Math.ceil((Number(values.count) * target.weight) / weights);
      const fuzzed = await fuzzInThread(target.name, count);
      results.push(fuzzed);
      const { inputs, refused, failures } = fuzzed;
      const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
      process.stderr.write(
        `${target.name}: ${inputs} inputs, ${refused} refused, ${failures.length} findings, ${seconds} s\n`,
      );
      for (const failure of failures) process.stderr.write(`  ${failure}\n`);
    }
  }),
);
if (values.json) process.stdout.write(JSON.stringify(results));
if (results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
