import { describe, expect, it } from 'vitest';
import { compareTraces } from '#powerlog/compare/compare.js';
import { figureKeys } from '#powerlog/compare/comparison.js';
import { type Made, pulses, readingsOf, referenceOf } from './traces.js';

const load = pulses(80, 280, 70);
const reference = referenceOf(load.powerAt, 70);
const made: Made = {
  ...{ periodS: 0.1003, windowS: 0.1003, latencyS: 0.03, gain: 0.95, offsetW: -12 },
  ...{ pollS: 0.017, durationS: 65 },
};
const trace = (changes: Partial<Made> = {}) => readingsOf(load.energyUntil, { ...made, ...changes });

describe('a comparison', () => {
  const { figures, verdict, ...rest } = compareTraces(reference, trace());
  const value = (key: (typeof figureKeys)[number]) => figures[key].value!;

  it('finds what the sensor was made of', () => {
    expect(verdict).toBe('related');
    expect(value('update_s')).toBeCloseTo(0.1003, 5);
    expect(value('window_s')).toBeCloseTo(0.1003, 2);
    expect(value('delay_s')).toBeCloseTo(0.03 + 0.1003 / 2, 2);
    expect(value('shift_s')).toBeCloseTo(0.03 + 0.1003, 2);
    expect(value('gain')).toBeCloseTo(0.95, 2);
    expect(value('offset_w')).toBeCloseTo(-12, 0);
  });

  it('gives every figure, its value within its interval', () => {
    for (const key of figureKeys) {
      const { interval, reason } = figures[key];
      expect(reason, key).toBeNull();
      expect(interval![0], key).toBeLessThanOrEqual(value(key));
      expect(interval![1], key).toBeGreaterThanOrEqual(value(key));
    }
  });

  it('has parts that add to the whole', () => {
    const parts = value('energy_linear_j') + value('energy_unseen_j') + value('energy_remainder_j');
    expect(parts).toBeCloseTo(value('energy_difference_j'), 6);
    expect(value('energy_b_j') - value('energy_a_j')).toBeCloseTo(value('energy_difference_j'), 6);
    expect(value('mean_difference_w') * rest.spanS).toBeCloseTo(value('energy_difference_j'), 6);
  });

  it('leaves less the more is taken into account', () => {
    expect(value('rmse_shifted_w')).toBeLessThan(value('rmse_raw_w'));
    expect(value('rmse_aligned_w')).toBeLessThan(value('rmse_shifted_w') / 5);
  });

  it('is of phases as of the whole', () => {
    const spans = [
      { startUs: 5e6, endUs: 21e6 },
      { startUs: 30e6, endUs: 31e6 },
    ];
    const { phases } = compareTraces(reference, trace(), { phases: [{ name: 'train', spans }] });
    const phase = phases[0]!;
    expect(phase.spanS).toBeCloseTo(17, 1);
    const energyJ = load.energyUntil(21) - load.energyUntil(5) + load.energyUntil(31) - load.energyUntil(30);
    expect(phase.figures.energy_a_j.value!).toBeCloseTo(energyJ, -1);
    expect(phase.figures.energy_linear_j.value!).toBeCloseTo(-0.05 * energyJ - 12 * 17, -1);
    expect(phase.figures.delay_s.value).toBeNull();
    expect(phase.figures.delay_s.reason).toMatch(/whole run/);
  });

  it('is the same each time', () => {
    expect(compareTraces(reference, trace()).figures).toEqual(figures);
  });

  it('sees what a sensor that looks a quarter of the time does not look at', () => {
    const { figures: part } = compareTraces(reference, trace({ windowS: 0.025, gain: 1, offsetW: 0 }));
    expect(part.window_s.value).toBeCloseTo(0.025, 2);
    const { energy_unseen_j: unseen, energy_linear_j: linear, energy_difference_j: all } = part;
    expect(Math.abs(linear.value!)).toBeLessThan(20);
    expect(unseen.value!).toBeCloseTo(all.value! - linear.value!, -1);
  });

  it('names the accuracy of the reference beside the difference, not in it', () => {
    const exact = compareTraces(reference, trace());
    const rough = compareTraces({ ...reference, accuracy: { share: 0.03, offsetW: 0 } }, trace());
    expect(rough.referenceUncertaintyJ! / rough.figures.energy_a_j.value!).toBeCloseTo(0.03, 6);
    expect(rough.figures.energy_difference_j).toEqual(exact.figures.energy_difference_j);
    expect(exact.referenceUncertaintyJ).toBeNull();
  });
});
