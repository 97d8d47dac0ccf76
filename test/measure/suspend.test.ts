import { describe, expect, it } from 'vitest';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { blockOf, blocksOf, fault, measure, type Sample } from './recording.js';

/** Samples every ms, except that the one after `longAfterUs` is as late as given. */
function recording(
  longAfterUs: number,
  spacingUs: number,
  told: { us: number; event: RecordingEvent },
): Sample[] {
  const samples: Sample[] = [];
  for (let us = 0; us <= 1_000_000; us += us === longAfterUs ? spacingUs : 1000)
    samples.push({ us, mw: { hpwr1: 100_000 }, events: us === told.us ? [told.event] : [] });
  return samples;
}

/** Found out at the end of a tenth of a second in which it happened. */
const slept = fault('suspend', 400_000, 500_000, 7_200_000);

describe('a suspend is a gap', () => {
  it('in the longest spacing of its time, though that is far from the limit of a gap', async () => {
    const samples = recording(455_000, 3000, { us: 500_000, event: slept });
    const { gaps, warnings, coverage } = await measure(blocksOf(samples, []));
    expect(gaps).toEqual([{ start_s: 0.455, end_s: 0.458, cause: 'suspend' }]);
    expect(coverage).toBeCloseTo(0.997, 12);
    expect(warnings.find(({ code }) => code === 'suspend')?.message).toMatch(
      /^the machine slept 1 time, 7200\.0 s in all: that is neither on the time axis nor in the energy/,
    );
  });

  it('once, where the spacing is a gap anyway', async () => {
    const samples = recording(455_000, 30_000, { us: 500_000, event: slept });
    const { gaps } = await measure(blocksOf(samples, []));
    expect(gaps).toEqual([{ start_s: 0.455, end_s: 0.485, cause: 'suspend' }]);
  });

  it('where the rate is so low that its spacing is under five medians', async () => {
    const samples = Array.from({ length: 20 }, (_, n) => ({
      us: n * 100_000 + (n > 10 ? 50_000 : 0),
      mw: { hpwr1: 1000 },
      events: n === 11 ? [fault('suspend', 1_000_000, 1_150_000, 60_000)] : [],
    }));
    const { gaps } = await measure(blocksOf(samples, []));
    expect(gaps).toEqual([{ start_s: 1, end_s: 1.15, cause: 'suspend' }]);
  });

  it('where it is told before the next sample has come', async () => {
    const before = recording(0, 1000, { us: -1, event: slept }).slice(0, 401);
    const after = recording(0, 1000, { us: -1, event: slept }).slice(420);
    const told = fault('suspend', 400_000, 419_000, 60_000);
    const { gaps } = await measure([blockOf(before), blockOf([], [told]), ...blocksOf(after, [])]);
    expect(gaps).toEqual([{ start_s: 0.4, end_s: 0.42, cause: 'suspend' }]);
  });

  it('however the samples are cut into blocks', async () => {
    const samples = recording(455_000, 3000, { us: 500_000, event: slept });
    const whole = await measure(blocksOf(samples, [499]));
    expect(await measure(blocksOf(samples, [200, 456, 457, 499]))).toEqual(whole);
  });

  it('and does no harm before the first sample', async () => {
    const early = fault('suspend', 0, 100, 5000);
    const { gaps } = await measure([
      blockOf([], [early]),
      ...blocksOf(recording(0, 1000, { us: -1, event: early }), []),
    ]);
    expect(gaps).toEqual([]);
  });
});
