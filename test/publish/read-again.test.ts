import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ViewedRun } from '#powerlog/publish/view/viewed-run.js';
import { placesOfFile } from '../capture/samples.js';
import { writeCapture } from './long-capture.js';

it('is known all the time that it is read again, as its gaps turned out to be none', async () => {
  const path = placesOfFile()('slower.plog');
  // First a millisecond from sample to sample, so that 40 ms are a gap until most are so.
  const [fast, samples] = [600, 40_000];
  writeCapture(path, samples, (n) => Math.min(n, fast) * 1e6 + Math.max(n - fast, 0) * 40e6);
  const run = await ViewedRun.open('run0', path, {});
  let [isOver, times, timesAgain] = [false, 0, 0];
  const reading = run
    .read(
      {},
      () => true,
      () => {},
    )
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await setImmediate();
    const { share, upToUs, done } = run.progress;
    // Some of very many times.
    if (share < 1 || times++ > 100) continue;
    if (!done) timesAgain++;
    expect((await run.measure(300e6, 900e6)).energyJ[0]).toBeGreaterThan(0);
    const piece = await run.piece(0, upToUs, 100);
    expect(piece.kind === 'intervals' && piece.grid.count).toBeGreaterThan(50);
  }
  await reading;
  expect(timesAgain).toBeGreaterThan(0);
  expect(run.progress.done).toBe(true);
  expect((await run.measure(300e6, 900e6)).intervalUs).toBeNull();
  run.close();
});
