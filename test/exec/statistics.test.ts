import { describe, expect, it } from 'vitest';
import { repeated, welch } from '#powerlog/exec/figures/statistics.js';

/**
 * With 0 … n-1 standing for the sample, the half-width of the interval is t · s / √n; t from the published table
 * (NIST/SEMATECH e-Handbook, 1.3.6.7.2, column 0.975), degrees of freedom and t.
 */
const publishedT: readonly (readonly [number, number])[] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [9, 2.262],
  [19, 2.093],
  [29, 2.045],
  [60, 2.0],
  [100, 1.984],
];

describe('repeated', () => {
  it.each(publishedT)('has the t of the published table for %i degrees of freedom', (freedom, t) => {
    const sample = Array.from({ length: freedom + 1 }, (_, n) => n);
    const { interval95, stddev, mean } = repeated(sample);
    const half = interval95![1] - mean;
    expect((half / stddev!) * Math.sqrt(sample.length)).toBeCloseTo(t, 3);
    expect(mean - interval95![0]).toBeCloseTo(half, 9);
  });

  it('divides by n - 1', () => {
    // 2 4 4 4 5 5 7 9: squares of the deviations sum to 32; 32 / 7.
    const result = repeated([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(result.mean).toBe(5);
    expect(result.stddev).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it('claims no spread from one run', () => {
    expect(repeated([3])).toEqual({ mean: 3, stddev: null, interval95: null });
  });
});

describe('the interval of ten runs', () => {
  it('contains the true value in 95 of 100 experiments', () => {
    // A linear congruential generator (Numerical Recipes) and Box and Muller's transform: the same sample each time.
    let state = 12345;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const experiments = 4000;
    let contained = 0;
    for (let n = 0; n < experiments; n++) {
      const [low, high] = repeated(Array.from({ length: 10 }, () => 80 + 3 * normal())).interval95!;
      if (low <= 80 && 80 <= high) contained++;
    }
    // Four standard deviations of the binomial count about 95 %.
    expect(Math.abs(contained / experiments - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / experiments));
  });
});

describe('welch', () => {
  // t and the degrees of freedom worked out in Python; p by numeric integration of Student's density there.
  const a = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
  const b = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.0, 23.9];

  it('agrees with a numeric integration', () => {
    const result = welch(a, b)!;
    expect(result.difference).toBeCloseTo(2.766667, 6);
    expect(result.t).toBeCloseTo(2.835264, 6);
    expect(result.degreesOfFreedom).toBeCloseTo(27.713626, 6);
    expect(result.pValue).toBeCloseTo(0.0084527, 6);
  });

  it('has an interval that excludes 0 exactly where p is below 5 %', () => {
    const result = welch([1, 2, 3], [2, 3, 4])!;
    expect(result.pValue > 0.05).toBe(result.interval95[0] < 0 && result.interval95[1] > 0);
    expect(result.pValue).toBeGreaterThan(0.05);
  });

  it('says nothing where nothing can be said', () => {
    expect(welch([1], [2, 3])).toBeNull();
    expect(welch([1, 1], [2, 2])).toBeNull();
  });
});
