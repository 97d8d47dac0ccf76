import { parentPort, workerData } from 'node:worker_threads';
import { fuzzTarget } from './target.js';
import { targets } from './targets.js';

/** One target's inputs, in a thread that can be given up on. */
export interface FuzzWork {
  readonly target: string;
  readonly count: number;
  readonly seed: number;
  /** Word 0: the input under way, for whoever watches. */
  readonly progress: SharedArrayBuffer;
}

const { target, count, seed, progress } = workerData as FuzzWork;
const at = new Int32Array(progress);
const fuzzed = await fuzzTarget(targets.find(({ name }) => name === target)!, count, seed, (n) =>
  Atomics.store(at, 0, n),
);
parentPort!.postMessage(fuzzed);
