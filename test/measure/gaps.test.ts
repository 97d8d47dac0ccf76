import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { blockOf, blocksOf, fault, measure, type Sample } from './recording.js';

const gpu = (us: number, mw: number, events: readonly RecordingEvent[] = []): Sample => ({
  us,
  mw: { hpwr1: mw },
  events,
});

/** Samples every ms from `fromUs` to `toUs`, both included. */
const steady = (fromUs: number, toUs: number, mw = 100_000): Sample[] =>
  Array.from({ length: (toUs - fromUs) / 1000 + 1 }, (_, n) => gpu(fromUs + n * 1000, mw));

const twoParts = (events: readonly RecordingEvent[] = []): Sample[] => {
  const before = steady(0, 500_000);
  before[before.length - 1] = { ...before.at(-1)!, events };
  return [...before, ...steady(600_000, 1_000_000)];
};

describe('gaps', () => {
  it('are spacings over 20 ms where the median is small', async () => {
    const samples = [...steady(0, 100_000), ...steady(120_000, 200_000), ...steady(220_001, 300_001)];
    const { gaps, coverage, duration_s, interval_s } = await measure(blocksOf(samples, []));
    expect(gaps).toEqual([{ start_s: 0.2, end_s: 0.220001, cause: 'late' }]);
    expect(duration_s).toBe(0.300001);
    expect(coverage).toBeCloseTo(1 - 0.020001 / 0.300001, 12);
    expect(interval_s).toEqual({ median: 0.001, p99: 0.001, max: 0.020001 });
  });

  it('are spacings over five medians where that is more', async () => {
    const at = [0, 100_000, 200_000, 300_000, 400_000, 900_000, 1_400_001];
    const samples = at.map((us) => gpu(us, 1000));
    const { gaps, sample_rate_hz } = await measure(blocksOf(samples, []));
    expect(gaps).toEqual([{ start_s: 0.9, end_s: 1.400001, cause: 'late' }]);
    expect(sample_rate_hz).toBeCloseTo(6 / 1.400001, 12);
  });

  it.each([
    ['the one fault inside', [fault('no-reply', 501_000, 590_000)], 'no-reply'],
    [
      'the first of several',
      [fault('stray-bytes', 503_000, 504_000), fault('no-reply', 505_000, 595_000)],
      'stray-bytes',
    ],
    [
      'the loss of the board before all others',
      [fault('no-reply', 501_000, 510_000), fault('board-lost', 510_000, 595_000)],
      'board-lost',
    ],
    [
      'an implausible frame only where nothing else explains it',
      [fault('implausible-frame', 499_500, 500_500), fault('short-reply', 530_000, 540_000)],
      'short-reply',
    ],
    ['none of another time', [fault('no-reply', 300_000, 301_000)], 'late'],
  ])('have a cause: %s', async (_, events, cause) => {
    const { gaps } = await measure(blocksOf(twoParts(events), [100, 501]));
    expect(gaps).toEqual([{ start_s: 0.5, end_s: 0.6, cause }]);
  });

  it('learn of a fault that is told after the next sample', async () => {
    const samples = twoParts();
    samples[samples.length - 1] = {
      ...samples.at(-1)!,
      events: [fault('suspend', 500_500, 599_000, 100)],
    };
    const { gaps } = await measure(blocksOf(samples, [700]));
    expect(gaps[0]!.cause).toBe('suspend');
  });

  it('keep their causes through more faults than are held', async () => {
    const storm = Array.from({ length: 9000 }, (_, n) => fault('stray-bytes', n, n + 1));
    const samples = twoParts([fault('overrun', 510_000, 520_000, 7)]);
    samples[samples.length - 1] = { ...samples.at(-1)!, events: storm };
    const { gaps, warnings } = await measure(blocksOf(samples, []));
    expect(gaps.map(({ cause }) => cause)).toEqual(['overrun']);
    expect(warnings.find(({ code }) => code === 'stray-bytes')!.message).toContain('9000');
  });

  it('reach to the edges of the recording, which then is as long as they', async () => {
    const samples = steady(2_000_000, 3_000_000);
    const events = [fault('no-reply', 100, 1_999_000)];
    const first = { ...samples[0]!, events };
    const last = { ...samples.at(-1)!, events: [fault('board-lost', 3_000_100, 3_900_000)] };
    const whole = [first, ...samples.slice(1, -1), last];
    const measured = await measure(blocksOf(whole, [], 4_000_000));
    expect(measured.gaps).toEqual([
      { start_s: 0, end_s: 2, cause: 'no-reply' },
      { start_s: 3, end_s: 4, cause: 'board-lost' },
    ]);
    expect(measured.duration_s).toBe(4);
    expect(measured.coverage).toBeCloseTo(0.25, 12);
    // Nothing is known of the power in them.
    expect(measured.energy_j.gpu).toBeCloseTo(100, 9);
    expect(measured.power_w.gpu!.mean).toBeCloseTo(100, 9);
    expect(measured.warnings.map(({ code }) => code)).toContain('silent-edge');
  });

  it('is none of a first and a last reply that took long', async () => {
    const slow = (us: number): Sample => ({ us, mw: {}, latencyUs: 60_000 });
    const samples = [slow(30_000), ...steady(70_000, 200_000), slow(240_000)];
    const gaps = async (endUs: number) => (await measure(blocksOf(samples, [], endUs))).gaps;
    const spacings = (await gaps(240_000)).filter(({ start_s, end_s }) => start_s >= 0.03 && end_s <= 0.24);
    expect(await gaps(270_000)).toEqual(spacings);
    expect(await gaps(290_000)).toEqual(spacings);
    expect((await gaps(290_001)).at(-1)).toEqual({ start_s: 0.24, end_s: 0.290001, cause: 'late' });
  });

  it('leave the edges alone that are no longer than usual', async () => {
    const { gaps, duration_s, coverage } = await measure(blocksOf(steady(15_000, 115_000), [], 130_000));
    expect({ gaps, duration_s, coverage }).toEqual({ gaps: [], duration_s: 0.1, coverage: 1 });
  });

  it('are the whole recording where nothing was measured', async () => {
    const lost = fault('board-lost', 0, 5_000_000);
    const measured = await measure([blockOf([], [lost, { type: 'end', atNs: 5e9, reason: 'board-lost' }])]);
    expect(measured.gaps).toEqual([{ start_s: 0, end_s: 5, cause: 'board-lost' }]);
    expect([measured.duration_s, measured.coverage]).toEqual([5, 0]);
    expect(measured.samples).toBe(0);
    expect(measured.energy_j).toEqual({ system: null, cpu: null, gpu: null, motherboard: null });
    expect(measured.sample_rate_hz).toBeNull();
  });

  it('are found as a plain look at all spacings finds them, however the blocks are cut', async () => {
    const spacing = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 500, max: 3000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 15_000, max: 60_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 900_000 }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ spacing, mw: fc.nat({ max: 500_000 }) }), { minLength: 3, maxLength: 80 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        async (steps, cuts) => {
          let us = 0;
          const samples = steps.map((step) => {
            us += step.spacing;
            return gpu(us, step.mw);
          });
          const spacings = samples.slice(1).map((sample, n) => sample.us - samples[n]!.us);
          const sorted = [...spacings].sort((a, b) => a - b);
          const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
          const limit = Math.max(20_000, 5 * median);
          const expected = spacings.flatMap((length, n) =>
            length > limit ? [{ start_s: samples[n]!.us / 1e6, end_s: samples[n + 1]!.us / 1e6 }] : [],
          );
          const whole = await measure(blocksOf(samples, []));
          const inner = whole.gaps.filter(({ start_s }) => start_s > 0);
          expect(inner.map(({ start_s, end_s }) => ({ start_s, end_s }))).toEqual(expected);
          expect(await measure(blocksOf(samples, cuts))).toEqual(whole);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are counted where they are too many to list', async () => {
    const samples: Sample[] = [gpu(0, 1000)];
    // 12 000 gaps of 21 … 33 ms, each followed by seven quick samples.
    for (let n = 0, us = 0; n < 12_000; n++) {
      us += 21_000 + n;
      samples.push(gpu(us, 1000));
      for (let quick = 0; quick < 7; quick++) {
        us += 100;
        samples.push(gpu(us, 3000));
      }
    }
    const { gaps, coverage, duration_s, warnings, uncertainty } = await measure(blocksOf(samples, []));
    expect(gaps).toHaveLength(10_000);
    expect(Math.min(...gaps.map(({ start_s, end_s }) => Math.round((end_s - start_s) * 1e6)))).toBe(23_000);
    const lost = (12_000 * 21_000 + (12_000 * 11_999) / 2) / 1e6;
    expect(coverage).toBeCloseTo(1 - lost / duration_s!, 9);
    expect(warnings.find(({ code }) => code === 'gaps-unlisted')!.message).toContain('2000');
    // Listed: 3 W before, 1 W after, so ± 1 W; not listed: anything from 1 W to 3 W.
    const listed = (10_000 * 23_000 + (10_000 * 9_999) / 2) / 1e6;
    expect(uncertainty.gaps_j.gpu).toBeCloseTo(listed + 2 * (lost - listed), 6);
  });

  it('bound their energy by the powers within a second around them', async () => {
    const samples = [
      ...steady(0, 1_000_000, 500_000), // more than a second before the gap but for its last sample
      ...steady(1_001_000, 2_000_000, 100_000),
      gpu(2_001_000, 120_000),
      gpu(2_101_000, 140_000),
      ...steady(2_102_000, 3_000_000, 90_000),
      ...steady(3_102_001 - 1, 3_200_000, 10_000),
    ];
    const { gaps, uncertainty } = await measure(blocksOf(samples, [50, 2100]));
    expect(gaps.map(({ start_s }) => start_s)).toEqual([2.001, 3]);
    // The first: 130 W by the trapezoid, 90 W … 140 W around it (the 500 W ended 1.001 s before).
    // The second: 50 W by the trapezoid, 10 W … 140 W (at 2.101 s, 0.9 s before).
    expect(uncertainty.gaps_j.gpu).toBeCloseTo(0.1 * 40 + 0.102 * 90, 9);
    expect(uncertainty.gaps_j.cpu).toBe(0);
  });
});
