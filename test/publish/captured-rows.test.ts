import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openOnDisk } from '#powerlog/publish/view/on-disk.js';
import { ViewedRun } from '#powerlog/publish/view/viewed-run.js';
import { readRested } from '#powerlog/report/rested.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { writeLongCapture } from './long-capture.js';

const place = placesOfFile();
const capture = place('run.plog');

it('finds the samples of any spacing of a capture, and one beside on each side, wherever its blocks begin', async () => {
  const { code, err } = powerlog(words`record --port sim:train --duration 1s --capture ${capture} --quiet`);
  expect(code, err).toBe(0);
  const { timeUs } = (await readRested(capture)).samples!;
  const { rows, seeker } = (await openOnDisk(capture, {}))!;
  for (let n = 1; n < timeUs.length; n++)
    for (const fromUs of [timeUs[n - 1]!, timeUs[n - 1]! + 1, timeUs[n]!]) {
      const found = await rows.between(fromUs, timeUs[n]!, 100_000);
      const before = fromUs > timeUs[n - 1]! ? n - 1 : n - 2;
      expect([...found!.timeUs], `from ${fromUs}`).toEqual([...timeUs.slice(Math.max(before, 0), n + 2)]);
    }
  seeker.close();
});

it('reads a long stretch in turns with whoever asks for something else', async () => {
  const path = place('long.plog');
  writeLongCapture(path, 100_000);
  const run = await ViewedRun.open('run0', path, {});
  let isWanted = true;
  const reading = run.read(
    {},
    () => isWanted,
    () => {},
  );
  while (run.progress.upToUs === 0) await setImmediate();
  const measured = run.measure(0, 99e6);
  const first = await Promise.race([measured.then(() => 'measured'), setImmediate('another turn')]);
  expect(first).toBe('another turn');
  expect((await measured).energyJ[0]).toBeGreaterThan(0);
  isWanted = false;
  await reading;
  run.close();
});
