import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExcursionFinder } from '#powerlog/report/picture/excursions.js';
import { PowerHistogram } from '#powerlog/report/picture/power-histogram.js';
import { RiseFinder } from '#powerlog/report/picture/rise.js';
import { random } from './runs.js';

/** Hands samples out in pieces, as blocks are. */
function inPieces(
  powerMw: Float64Array,
  add: (timeUs: Float64Array, powerMw: Float64Array, count: number) => void,
): void {
  const next = random(8);
  for (let from = 0; from < powerMw.length; ) {
    const to = Math.min(powerMw.length, from + 1 + Math.floor(700 * next()));
    add(
      Float64Array.from({ length: to - from }, (_, n) => (from + n) * 1000),
      powerMw.subarray(from, to),
      to - from,
    );
    from = to;
  }
}

describe('excursions', () => {
  const apart = { intervalUs: null, gapLimitUs: 10_000 };
  const count = 50_000;
  /** Two levels with noise, of which the higher one has more, and lone samples that stand out. */
  const spikes: readonly (readonly [n: number, mw: number])[] = [
    [12_345, 180_000],
    [30_001, 20_000],
    [31_999, 390_000],
    [49_900, 150_000],
    [70, 130_000],
  ];
  const next = random(4);
  const powerMw = Float64Array.from({ length: count }, (_, n) => {
    const high = n >= 20_000 && n < 40_000;
    return (high ? 300_000 : 80_000) + Math.round((high ? 20_000 : 2000) * (next() - 0.5));
  });
  for (const [n, mw] of spikes) powerMw[n] = mw;
  const finder = new ExcursionFinder(['system', 'gpu']);
  inPieces(powerMw, (timeUs, mw, rows) => finder.add(timeUs, [mw, mw.map((each) => each / 2)], rows, apart));
  const found = finder.finish();

  it('are the samples that stand out, to the sample, and no step from one level to another', () => {
    const ofSystem = found.filter(({ series }) => series === 'system');
    const largest = ofSystem.slice(0, spikes.length);
    expect(new Set(largest.map(({ atUs, powerMw: mw }) => `${atUs / 1000} ${mw}`))).toEqual(
      new Set(spikes.map(([n, mw]) => `${n} ${mw}`)),
    );
    for (const { excessMw } of ofSystem.slice(spikes.length)) expect(Math.abs(excessMw)).toBeLessThan(20_000);
  });

  it('say how far the power lay from that around it, above or below, the largest first', () => {
    const [first, second] = found.filter(({ series }) => series === 'system');
    expect(first).toMatchObject({ atUs: 30_001_000 });
    expect(first!.excessMw).toBeCloseTo(-280_000, -4);
    expect(second!.excessMw).toBeGreaterThan(85_000);
    expect(found.filter(({ series }) => series === 'gpu')[0]!.excessMw).toBeCloseTo(-140_000, -4);
  });

  it('are none where a power is steady, or steps', () => {
    for (const power of [() => 5000, (n: number) => (n < 777 ? 5000 : 9000)]) {
      const steady = new ExcursionFinder(['system']);
      inPieces(
        Float64Array.from({ length: 3000 }, (_, n) => power(n)),
        (timeUs, mw, rows) => steady.add(timeUs, [mw], rows, apart),
      );
      expect(steady.finish()).toEqual([]);
    }
  });

  it('are no level that begins or ends with the recording, however short it is there', () => {
    for (const at of [3, 40, 64, 150, 2850, 2997]) {
      const edged = new ExcursionFinder(['system']);
      inPieces(
        Float64Array.from({ length: 3000 }, (_, n) => (n < at === at < 1500 ? 120_000 : 500_000)),
        (timeUs, mw, rows) => edged.add(timeUs, [mw], rows, apart),
      );
      expect([at, edged.finish()]).toEqual([at, []]);
    }
  });

  it.each([
    ['samples', null, 10_000],
    ['means', 1000, 0],
  ])('are no level beside a gap, and are others: of %s', (_, lengthUs, gapLimitUs) => {
    const finder = new ExcursionFinder(['system']);
    inPieces(
      // Around the gap the power is another for 150 samples on each side.
      Float64Array.from({ length: 3000 }, (_, n) =>
        n === 700 ? 300_000 : Math.abs(n - 1500) < 150 ? 9000 : 5000,
      ),
      (timeUs, mw, rows) =>
        finder.add(
          timeUs.map((us) => (us < 1_500_000 ? us : us + 50_000)),
          [mw],
          rows,
          { intervalUs: lengthUs === null ? null : new Float64Array(rows).fill(lengthUs), gapLimitUs },
        ),
    );
    expect(finder.finish().map(({ atUs }) => atUs)).toEqual([700_000]);
  });
});

describe('a histogram of powers', () => {
  it('counts every sample in a bin that holds it, with at most 128 bins, of which few are wasted', () => {
    const powers = fc.array(
      fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 0, max: 2_000_000 })),
      { minLength: 1, maxLength: 300 },
    );
    fc.assert(
      fc.property(powers, (values) => {
        const histogram = new PowerHistogram();
        for (const some of [values.slice(0, 7), values.slice(7)])
          histogram.add(Int32Array.from(some), some.length);
        const { fromMw, binMw, counts } = histogram.of('gpu')!;
        expect(counts.length).toBeLessThanOrEqual(128);
        const wanted = counts.map(
          (_, bin) => values.filter((mw) => Math.floor((mw - fromMw) / binMw) === bin).length,
        );
        expect(counts).toEqual(wanted);
        expect(counts.reduce((a, b) => a + b)).toBe(values.length);
        if (binMw > 1) expect(counts.length).toBeGreaterThan(64);
        expect([counts[0], counts.at(-1)].every((count) => count! > 0)).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(new PowerHistogram().of('gpu')).toBeNull();
  });
});

describe('the steepest rise', () => {
  const riseOf = (powerMw: readonly number[]): number | null => {
    const finder = new RiseFinder();
    inPieces(Float64Array.from(powerMw), (timeUs, mw, rows) => finder.add(timeUs, mw, rows));
    return finder.atUs;
  };

  it('is the first sample of the higher level, whatever the noise, and no spike', () => {
    const next = random(6);
    for (const at of [40, 333, 4000]) {
      const power = Array.from({ length: 5000 }, (_, n) => {
        const level = n < at ? 100_000 : n < 4500 ? 200_000 : 50_000;
        return level + Math.round(10_000 * (next() - 0.5));
      });
      power[2000] = 900_000;
      power[2500] = 0;
      expect(riseOf(power)).toBe(at * 1000);
    }
  });

  it('is told of few samples too, and of none that never rise', () => {
    expect(riseOf([5, 5, 9, 7])).toBe(2000);
    expect(riseOf([9, 7, 5])).toBeNull();
    expect(riseOf([])).toBeNull();
    expect(riseOf(Array.from({ length: 100 }, (_, n) => 1000 - n))).toBeNull();
  });
});
