import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '#powerlog/engine/engine.js';
import { Histogram } from '#powerlog/measure/histogram.js';

/** Type 7 on the sorted values, in other words than the histogram's. */
function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const h = (sorted.length - 1) * share;
  const low = sorted[Math.floor(h)]!;
  const high = sorted[Math.ceil(h)]!;
  return low + (h - Math.floor(h)) * (high - low);
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram(new Engine());
  const half = Math.floor(values.length / 2);
  histogram.addColumn(Int32Array.from(values.slice(0, half)), half);
  for (const value of values.slice(half)) histogram.add(value);
  return histogram;
}

const shares = [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1];

describe('Histogram', () => {
  it('gives the textbook quantiles', () => {
    // numpy.percentile([1, 2, 3, 4], [50, 95, 99]) is 2.5, 3.85, 3.97.
    const histogram = histogramOf([4, 1, 3, 2]);
    expect(histogram.quantile(0.5)).toBe(2.5);
    expect(histogram.quantile(0.95)).toBeCloseTo(3.85, 12);
    expect(histogram.quantile(0.99)).toBeCloseTo(3.97, 12);
  });

  it('is exact for what components take and spacings last', () => {
    const value = fc.oneof(
      fc.integer({ min: -32_767, max: 1_048_575 }),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(-32_767, 1_048_575, 1023, 1024),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
        const histogram = histogramOf(values);
        for (const share of shares) expect(histogram.quantile(share)).toBe(quantileOf(values, share));
        expect([histogram.min, histogram.max]).toEqual([Math.min(...values), Math.max(...values)]);
      }),
    );
  });

  it('is within 2^-14 for any integer, and never beyond the extremes', () => {
    const value = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
      fc.constantFrom(-32_768, 1_048_576, 2 ** 31 - 1, -(2 ** 31), 2 ** 49 - 1, 2 ** 49),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        const histogram = new Histogram(new Engine());
        histogram.addColumn(Float64Array.from(values), values.length);
        const sorted = [...values].sort((a, b) => a - b);
        sorted.forEach((exact, rank) => {
          // Where a share means one rank, no interpolation blurs the comparison.
          const share = values.length === 1 ? 0 : rank / (values.length - 1);
          const low = sorted[Math.floor(share * (values.length - 1))]!;
          if (low !== exact) return;
          const found = histogram.quantile(share)!;
          const allowed = Math.max(Math.abs(exact), ...neighbours(sorted, rank)) * 2 ** -14;
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(allowed);
          expect(found).toBeGreaterThanOrEqual(sorted[0]!);
          expect(found).toBeLessThanOrEqual(sorted.at(-1)!);
        });
      }),
    );
  });

  it('keeps garbage in bounded memory', () => {
    const engine = new Engine();
    const histogram = new Histogram(engine);
    const column = new Int32Array(10_000);
    let state = 1;
    for (let block = 0; block < 100; block++) {
      for (let n = 0; n < column.length; n++)
        column[n] = state = (Math.imul(state, 1664525) + 1013904223) | 0;
      histogram.addColumn(column, column.length);
    }
    expect(histogram.count).toBe(1_000_000);
    expect(engine.buffer.byteLength).toBeLessThan(12e6);
    expect(Math.abs(histogram.quantile(0.5)!)).toBeLessThan(2 ** 31 * 0.01);
  });

  it('takes what is no integer at all without harm to its neighbours', () => {
    const engine = new Engine();
    const [victim, witness] = [new Histogram(engine), new Histogram(engine)];
    const garbage = [2 ** 63, -(2 ** 63), Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN, -0];
    victim.addColumn(Float64Array.from(garbage), garbage.length);
    for (const value of [1, 2, 3]) witness.add(value);
    expect(victim.count).toBe(garbage.length);
    expect(shares.map((share) => witness.quantile(share)).every((value) => value! >= 1 && value! <= 3)).toBe(
      true,
    );
    expect(witness.quantile(0.5)).toBe(2);
  });

  it('says nothing of nothing', () => {
    const histogram = new Histogram(new Engine());
    expect([histogram.quantile(0.5), histogram.min, histogram.max]).toEqual([null, null, null]);
  });

  it('tells how much lies above a limit', () => {
    expect(histogramOf([5, 10, 10, 20_000, 30_000, -7]).above(10)).toEqual({ count: 2, sum: 50_000 });
  });
});

/** A rank's rounding may fall on the value beside it. */
const neighbours = (sorted: readonly number[], rank: number): number[] =>
  [sorted[rank - 1], sorted[rank + 1]].flatMap((value) => (value === undefined ? [] : [Math.abs(value)]));
