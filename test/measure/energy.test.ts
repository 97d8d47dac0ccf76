import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '#powerlog/engine/engine.js';
import { type PowerSeries, PowerTable } from '#powerlog/measure/energy.js';

interface Point {
  us: number;
  mw: number;
}

function seriesOf(points: readonly Point[], cuts: readonly number[]): PowerSeries {
  const table = new PowerTable(new Engine(), 1);
  const edges = [0, ...cuts.map((cut) => cut % (points.length + 1)).sort((a, b) => a - b), points.length];
  for (let n = 1; n < edges.length; n++) {
    const part = points.slice(edges[n - 1], edges[n]);
    // A column longer than its rows: what lies behind them is stale.
    const us = Float64Array.from([...part.map((point) => point.us), 1e12]);
    const mw = Int32Array.from([...part.map((point) => point.mw), 999_999]);
    table.add(us, [mw], part.length);
  }
  return table.series[0]!;
}

const anyPoints = fc
  .array(
    fc.record({
      spacing: fc.integer({ min: 0, max: 5_000_000 }),
      mw: fc.integer({ min: -9000, max: 900_000 }),
    }),
    { minLength: 2, maxLength: 50 },
  )
  .map((steps) => {
    let us = 0;
    return steps.map(({ spacing, mw }) => {
      us += spacing;
      return { us, mw };
    });
  });

describe('PowerSeries', () => {
  it('adds as exactly after a year at 300 W as at the beginning', () => {
    const table = new PowerTable(new Engine(), 1);
    const yearUs = 365 * 86_400e6;
    const mw = new Float64Array(20_000).fill(300_001);
    table.add(Float64Array.of(0, yearUs), [mw], 2);
    const [series] = table.series;
    const before = series!.energyJ!;
    // A second at 20 kHz: where each addition is rounded to what a double of this size holds, 0.005 J of it are lost.
    const timeUs = mw.map((_, n) => yearUs + (n + 1) * 50);
    for (let second = 0; second < 10; second++)
      table.add(
        timeUs.map((us) => us + second * 1e6),
        [mw],
        20_000,
      );
    expect(series!.energyJ! - before).toBeCloseTo(10 * 300.001, 4);
  });

  it('adds up trapezoids', () => {
    // 10 W to 30 W in 1 s is 20 J; 30 W for 0.5 s is 15 J.
    const series = seriesOf(
      [
        { us: 0, mw: 10_000 },
        { us: 1_000_000, mw: 30_000 },
        { us: 1_500_000, mw: 30_000 },
      ],
      [1],
    );
    expect(series.energyJ).toBe(35);
    expect(series.statistics()).toEqual({
      mean: 35 / 1.5,
      min: 10,
      max: 30,
      p50: 30,
      p95: 30,
      p99: 30,
    });
    // (20 W · 1 s)², in mW and µs.
    expect(series.stepSquares).toBe((20_000 * 1e6) ** 2);
  });

  it('equals the trapezoid in whole numbers, however it is cut', () => {
    fc.assert(
      fc.property(anyPoints, fc.array(fc.nat(), { maxLength: 5 }), (points, cuts) => {
        let twice = 0n;
        for (let n = 1; n < points.length; n++) {
          const [a, b] = [points[n - 1]!, points[n]!];
          twice += BigInt(a.mw + b.mw) * BigInt(b.us - a.us);
        }
        expect(seriesOf(points, cuts).energyJ).toBeCloseTo(Number(twice) / 2e9, 9);
        expect(seriesOf(points, cuts).statistics()).toEqual(seriesOf(points, []).statistics());
      }),
    );
  });

  it('does not invent: one sample has a power, but no energy and no mean', () => {
    const one = seriesOf([{ us: 5, mw: 1500 }], []);
    expect(one.energyJ).toBeNull();
    expect(one.statistics()).toEqual({ mean: null, min: 1.5, max: 1.5, p50: 1.5, p95: 1.5, p99: 1.5 });
    expect(seriesOf([], []).statistics()).toEqual({
      mean: null,
      min: null,
      max: null,
      p50: null,
      p95: null,
      p99: null,
    });
  });

  it('keeps the powers of one table apart', () => {
    const table = new PowerTable(new Engine(), 2);
    const sums = Float64Array.of(30_000_000_000, -7);
    table.add(Float64Array.of(0, 2e6), [Int32Array.of(1000, 3000), sums], 2);
    expect(table.series.map((series) => series.energyJ)).toEqual([4, 29_999_999.993]);
    expect(table.series.map((series) => series.lastMw)).toEqual([3000, -7]);
    expect(table.series.map((series) => [series.minMw, series.maxMw])).toEqual([
      [1000, 3000],
      [-7, 30_000_000_000],
    ]);
  });

  it('keeps its digits over a day', () => {
    const table = new PowerTable(new Engine(), 1);
    const series = table.series[0]!;
    const rows = 1000;
    const mw = new Int32Array(rows).fill(333_333);
    for (let block = 0; block < 864; block++)
      table.add(
        Float64Array.from({ length: rows }, (_, n) => (block * rows + n) * 100_000),
        [mw],
        rows,
      );
    expect(series.energyJ! / (333.333 * (864_000 - 1) * 0.1)).toBeCloseTo(1, 12);
    expect(series.statistics().mean).toBeCloseTo(333.333, 9);
  });
});
