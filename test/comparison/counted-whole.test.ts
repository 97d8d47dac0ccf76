import { expect, it } from 'vitest';
import { countedWhole } from '#powerlog/comparison/counted-whole.js';

const lengthS = 10;

/** A power that changes all the time, and what a counter says at its ends, exactly; without what lies between two instants. */
function counted(fromS: number, toS: number) {
  const all = Array.from({ length: lengthS * 1000 + 1 }, (_, ms) => ({
    us: ms * 1000,
    w: 100 + 20 * (ms % 7),
  }));
  const energyJ = all.slice(1).reduce((sum, { w }, n) => sum + ((w + all[n]!.w) / 2) * 1e-3, 0);
  const known = all.filter(({ us }) => us <= fromS * 1e6 || us >= toS * 1e6);
  const reference = {
    timeUs: Float64Array.from(known, ({ us }) => us),
    powerMw: Float64Array.from(known, ({ w }) => w * 1000),
    gapLimitUs: 20_000,
  };
  const readings = {
    ...{ timeUs: Float64Array.of(0, lengthS * 1e6), value: Float64Array.of(5, 5 + energyJ) },
    ...{ quantity: 'energy' as const, pollUncertaintyUs: 1000 },
  };
  return countedWhole(reference, readings)!.figures;
}

it('what was counted over a whole run is compared with what A took meanwhile', () => {
  const { energy_difference_pct, energy_a_j } = counted(0, 0);
  expect(energy_difference_pct.value).toBeCloseTo(0, 9);
  expect(energy_a_j.interval![1] - energy_a_j.interval![0]).toBeLessThan(1);
});

it('a gap of A is no time in which it took nothing: it may have been as much as at most', () => {
  const { energy_difference_pct, energy_a_j } = counted(3, 3.5);
  expect(Math.abs(energy_difference_pct.value!)).toBeLessThan(1);
  const [low, high] = energy_difference_pct.interval!;
  expect(low).toBeLessThan(-3);
  expect(high).toBeGreaterThan(3);
  expect(energy_a_j.interval![1] - energy_a_j.interval![0]).toBeGreaterThan(2 * 0.5 * 120);
});

it('of a time of which A missed much it is not told how much energy that was', () => {
  const { energy_difference_pct, energy_a_j, energy_b_j } = counted(3, 5);
  expect(energy_a_j).toMatchObject({ value: null, reason: 'A was not measured 2.0 s of that time' });
  expect(energy_difference_pct.value).toBeNull();
  expect(energy_b_j.value).toBeGreaterThan(1000);
});
