import { describe, expect, it } from 'vitest';
import { combinedJ, stepsJ } from '#powerlog/measure/uncertainty.js';
import { energyBetween, halfWidthJ } from './energy-between.js';

const assumptions = { accuracyShare: 0.03, instantUs: 100, gapLimitUs: 20_000 };
const samplesOf = (points: readonly (readonly [us: number, mw: number])[]) => ({
  count: points.length,
  timeUs: points.map(([us]) => us),
  powerMw: points.map(([, mw]) => mw),
});

describe('energyBetween', () => {
  const step = samplesOf([
    [0, 0],
    [1000, 0],
    [2000, 10_000],
    [3000, 10_000],
    [4000, 10_000],
    [5000, 10_000],
  ]);

  it('interpolates at both ends', () => {
    const found = energyBetween(step, { startUs: 1500, endUs: 3500 }, assumptions)!;
    // 5 W at 1.5 ms: 7.5 W · 0.5 ms + 10 W · 1.5 ms.
    expect(found.energyJ).toBeCloseTo(0.01875, 12);
    expect(found.meanW).toBeCloseTo(9.375, 12);
    expect([found.minW, found.maxW]).toEqual([5, 10]);
    expect(found.budget.accuracyJ).toBeCloseTo(0.0005625, 12);
    // In the half spacing the power may have been 0 all along; the ends may be 0 W and 10 W, 100 µs off.
    expect(found.budget.cutsJ).toBeCloseTo(0.00375, 12);
    expect(found.budget.instantsJ).toBeCloseTo(10 * 100e-6, 12);
    expect(found.budget.gapsJ).toBe(0);
  });

  it('is the plain trapezoid from sample to sample', () => {
    const found = energyBetween(step, { startUs: 0, endUs: 5000 }, assumptions)!;
    expect(found.energyJ).toBeCloseTo(0.035, 12);
    expect(found.budget.samplingJ).toBeCloseTo((1.96 * 0.01) / Math.sqrt(12), 12);
  });

  it('lies within one spacing, or is no time at all', () => {
    const within = energyBetween(step, { startUs: 1200, endUs: 1400 }, assumptions)!;
    expect(within.energyJ).toBeCloseTo(3 * 200e-6, 12);
    const point = energyBetween(step, { startUs: 1500, endUs: 1500 }, assumptions)!;
    expect([point.energyJ, point.meanW, point.minW, point.maxW]).toEqual([0, null, 5, 5]);
  });

  it('knows nothing outside of the samples', () => {
    expect(energyBetween(step, { startUs: -1, endUs: 3000 }, assumptions)).toBeNull();
    expect(energyBetween(step, { startUs: 0, endUs: 5001 }, assumptions)).toBeNull();
    expect(energyBetween(samplesOf([[0, 1]]), { startUs: 0, endUs: 0 }, assumptions)).toBeNull();
  });

  it('bounds what a gap hides by the powers around it', () => {
    const gappy = samplesOf([
      [0, 40_000],
      [1000, 20_000],
      [101_000, 20_000],
      [102_000, 10_000],
    ]);
    const found = energyBetween(gappy, { startUs: 51_000, endUs: 102_000 }, assumptions)!;
    // 20 W by the trapezoid, 10 W … 40 W around, over the half of the gap that counts.
    expect(found.budget.gapsJ).toBeCloseTo(20 * 0.05, 12);
  });

  it('charges an end that is itself uncertain with the power there', () => {
    const sure = energyBetween(step, { startUs: 3000, endUs: 4000 }, assumptions)!;
    const unsure = { startUs: 3000, endUs: 4000, endUncertaintyUs: 5000 };
    expect(energyBetween(step, unsure, assumptions)!.budget.instantsJ).toBeCloseTo(
      sure.budget.instantsJ + 10 * 5000e-6,
      12,
    );
  });
});

it('a budget comes to what its parts come to on paper', () => {
  const budget = { accuracyJ: 12, gapsJ: 3, cutsJ: 4, instantsJ: 50, samplingJ: 34 };
  expect(stepsJ(budget)).toBeCloseTo(Math.sqrt(4 ** 2 + 84 ** 2), 12);
  expect(combinedJ(budget)).toBeCloseTo(85, 12); // 12² + 3² + 4² + 84² = 85²
  expect(combinedJ(budget)).toBeCloseTo(halfWidthJ(budget), 12);
});

/** Uniform 0 … 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A power that switches between 100 W and 300 W ten times a second, sampled about every 1.1 ms with a round trip of
 * 1 ms, against its energy on paper.
 */
describe('the stated uncertainty', () => {
  const periodUs = 200_000;
  const powerMw = (us: number) => (us % periodUs < periodUs / 2 ? 300_000 : 100_000);
  const energyTo = (us: number) => {
    const rest = us % periodUs;
    const onUs = Math.floor(us / periodUs) * (periodUs / 2) + Math.min(rest, periodUs / 2);
    return (onUs * 300_000 + (us - onUs) * 100_000) * 1e-9;
  };
  type Random = () => number;
  /** Where within the round trip the board looks. */
  const boards = { 'at the request': 0, 'in the middle': 0.5, 'at the reply': 1 };
  const phases: Record<string, (random: Random) => readonly [number, number]> = {
    'from step to step': () => [periodUs, 1.5 * periodUs],
    'over two periods': () => [0.5 * periodUs, 2.5 * periodUs],
    'from anywhere to anywhere': (random) => {
      const startUs = 3000 + random() * periodUs;
      return [startUs, startUs + random() * 1.5 * periodUs];
    },
  };

  const trial = (random: Random, board: number, phase: (r: Random) => readonly [number, number]) => {
    const points: [number, number][] = [];
    for (let us = random() * 1100; us < 3 * periodUs; ) {
      const replyUs = us + 950 + 100 * random();
      points.push([Math.round((us + replyUs) / 2), powerMw(us + (replyUs - us) * board)]);
      us = replyUs + 50 + 100 * random();
    }
    const [startUs, endUs] = phase(random);
    const found = energyBetween(
      samplesOf(points),
      { startUs, endUs },
      { accuracyShare: 0, instantUs: 525, gapLimitUs: 20_000 },
    )!;
    return {
      error: Math.abs(found.energyJ - energyTo(endUs) + energyTo(startUs)),
      stated: halfWidthJ(found.budget),
    };
  };

  for (const [boardName, board] of Object.entries(boards))
    for (const [phaseName, phase] of Object.entries(phases))
      it(`covers a phase ${phaseName}, the board looking ${boardName}, and not with twice what is needed`, () => {
        const random = seeded(7);
        const trials = Array.from({ length: 400 }, () => trial(random, board, phase));
        const covered = trials.filter(({ error, stated }) => error <= stated + 1e-12).length / trials.length;
        expect(covered).toBeGreaterThan(0.95);
        const errors = trials.map(({ error }) => error).sort((a, b) => a - b);
        const meanStated = trials.reduce((sum, { stated }) => sum + stated, 0) / trials.length;
        expect(meanStated / errors[Math.floor(0.95 * errors.length)]!).toBeLessThan(2);
      });
});
