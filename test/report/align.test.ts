import { describe, expect, it } from 'vitest';
import { offsetsUs } from '#powerlog/report/align.js';
import { readRested } from '#powerlog/report/rested.js';
import { scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { commandEvents, type Made, writeMade } from './runs.js';

/** A power that rises at an instant. */
const rising = (firstUs: number, riseUs: number): Made[] =>
  Array.from({ length: 2000 }, (_, n) => {
    const us = firstUs + n * 1000;
    return { us, gpuMw: us < riseUs ? 50_000 + (n % 7) : 250_000 - (n % 11), cpuMw: 10_000 };
  });

describe('runs laid over each other', () => {
  it('meet at their first samples, at the steepest rise to the sample, or at a mark', async () => {
    const folder = scratch();
    const runs = [
      { firstUs: 400, riseUs: 700_400, trainUs: 600_000 },
      { firstUs: 52_000, riseUs: 1_252_000, trainUs: 1_100_000 },
    ].map(({ firstUs, riseUs, trainUs }, n) =>
      writeMade(`${folder}/${n}.plog`, {
        samples: rising(firstUs, riseUs),
        events: commandEvents(
          ['train'],
          [firstUs + 1000, firstUs + 1_900_000],
          [{ name: 'train', fromUs: trainUs, toUs: trainUs + 500_000 }],
          [{ name: 'saved', us: trainUs + 1234 }],
        ),
      }),
    );
    const recordings = [await readRested(runs[0]!), await readRested(runs[1]!)];
    expect(offsetsUs(recordings, { kind: 'start' })).toEqual([0, -51_600]);
    expect(offsetsUs(recordings, { kind: 'rise' })).toEqual([0, 700_400 - 1_252_000]);
    expect(offsetsUs(recordings, { kind: 'mark', name: 'train' })).toEqual([0, -500_000]);
    expect(offsetsUs(recordings, { kind: 'mark', name: 'saved' })).toEqual([0, -500_000]);

    const asked = words`report ${runs} --json -`;
    const moved = powerlog([...asked, '--align', 'rise', '--offset', '2ms']);
    expect((JSON.parse(moved.out) as { runs: { offset_s: number }[] }).runs[1]!.offset_s).toBeCloseTo(
      -0.5496,
      9,
    );
    // A board's CSV is a recording too, and lies there like its capture.
    const csv = `${folder}/1.csv`;
    expect(powerlog(words`replay ${runs[1]!} --out ${csv} --quiet`).code).toBe(0);
    const mixed = powerlog(words`report ${runs[0]!} ${csv} --json - --align mark:train`);
    expect(mixed).toMatchObject({ code: 0, err: '' });
    const [, second] = (
      JSON.parse(mixed.out) as { runs: { board: object; offset_s: number; rails: object }[] }
    ).runs;
    expect(second).toMatchObject({ board: { product: 'BENCHLAB' }, offset_s: -0.5 });
    expect(Object.keys(second!.rails)).toContain('hpwr1');

    for (const [options, text] of [
      [['--align', 'mark:none'], 'it has train, saved'],
      [['--align', 'middle'], 'start, rise, lag, or mark:NAME'],
      [['--offset', '1s,2s'], '2 times for 2 runs'],
    ] as const) {
      const { code, err } = powerlog([...asked, ...options]);
      expect([code, err]).toEqual([2, expect.stringContaining(text)]);
    }
  });

  it('lie as they were recorded where they began at the same instant, unless something else is asked for', () => {
    const folder = scratch();
    const startUnixUs = 1_700_000_600_000_000;
    const first = writeMade(`${folder}/a.plog`, { samples: rising(400, 700_400) });
    const board = writeMade(`${folder}/b.plog`, { samples: rising(2_850_400, 3_000_400) });
    const later = writeMade(`${folder}/c.plog`, { samples: rising(52_400, 700_400), startUnixUs });
    const csv = `${folder}/b.csv`;
    expect(powerlog(words`replay ${board} --out ${csv} --quiet`).code).toBe(0);
    const offsets = (...options: readonly string[]) =>
      (
        JSON.parse(powerlog(words`report ${first} ${csv} ${board} ${later} --json - ${options}`).out) as {
          runs: { offset_s: number }[];
        }
      ).runs.map(({ offset_s }) => offset_s);
    expect(offsets()).toEqual([0, 0, 0, -0.052]);
    expect(offsets('--offset', '1s')).toEqual([0, 1, 0, -0.052]);
    expect(offsets('--align', 'start')).toEqual([0, -2.85, -2.85, -0.052]);
    expect(offsets('--align', 'rise')).toEqual([0, -2.3, -2.3, 0]);
  });
});
