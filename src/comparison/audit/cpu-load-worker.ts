import { availableParallelism, constants, setPriority } from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/*
 * A load of the CPU that powerlog has itself: all cores but one, so that the board is still sampled, at a low priority, all at the
 * same time busy and at rest. `cpu-load-worker.js ON OFF`, ms each; it ends with who started it.
 */

interface Turns {
  readonly onNs: bigint;
  readonly offNs: bigint;
  readonly originNs: bigint;
}

if (isMainThread) {
  const [onMs = 0, offMs = 0] = process.argv.slice(2).map(Number);
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const turns: Turns = {
    onNs: BigInt(Math.round(onMs * 1e6)),
    offNs: BigInt(Math.round(offMs * 1e6)),
    originNs: process.hrtime.bigint(),
  };
  for (let n = 0; n < Math.max(1, availableParallelism() - 1); n++)
    new Worker(__filename, { workerData: turns });
  process.on('disconnect', () => process.exit());
} else work(workerData as Turns);

function work({ onNs, offNs, originNs }: Turns): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let sum = 1;
  for (let beginNs = originNs; ; beginNs += onNs + offNs) {
    while (process.hrtime.bigint() < beginNs + onNs)
      for (let n = 0; n < 2000; n++) sum = Math.sqrt(sum + n) * 1.000_001;
    const leftNs = beginNs + onNs + offNs - process.hrtime.bigint();
    if (leftNs > 0n) Atomics.wait(sleeper, 0, 0, Number(leftNs) / 1e6);
    if (sum < 0) return;
  }
}
