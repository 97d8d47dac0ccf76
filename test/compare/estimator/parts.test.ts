import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lagChange } from '#powerlog/compare/drift/change.js';
import { correlationTime } from '#powerlog/compare/intervals/correlation-time.js';
import { flatReach } from '#powerlog/compare/intervals/flat-reach.js';
import { inverse, product } from '#powerlog/compare/intervals/solve.js';
import { boxcar, onePole } from '#powerlog/compare/model/kernel.js';
import { fitLine } from '#powerlog/compare/model/line.js';
import { readingsOf } from '#powerlog/compare/model/readings.js';
import { calmed } from '#powerlog/compare/reference/calm.js';
import { PowerIntegral } from '#powerlog/compare/reference/integral.js';
import { referenceNoise } from '#powerlog/compare/reference/noise.js';
import { fitAt } from '#powerlog/compare/search/fit.js';
import { descend } from '#powerlog/compare/search/simplex.js';
import { circularCorrelation } from '#powerlog/compare/verdict/fft.js';
import { loadPeriod } from '#powerlog/compare/verdict/load-period.js';
import { swings } from '#powerlog/compare/verdict/series.js';
import { Chance } from '../pairs/chance.js';
import { referenceOf } from './traces.js';

const readingsAt = (timeUs: number[]) => ({
  ...{ count: timeUs.length, timeUs: Float64Array.from(timeUs), spanUs: null, holdUs: 0, stepW: 0 },
  ...{ valueW: new Float64Array(timeUs.length), jitterUs: new Float64Array(timeUs.length) },
});

describe('kernels', () => {
  const step = new PowerIntegral(referenceOf((s) => (s < 10 ? 100 : 200), 20, 0.5));

  const known = { reference: step, noise: referenceNoise(step) };

  it('a window answers to a step with a ramp about its centre', () => {
    const seen = new Float64Array(3);
    boxcar(known).fill(readingsAt([10.3e6, 10.4e6, 10.5e6]), 400_000, 400_000, seen);
    expect([...seen].map((watts) => Number(watts.toFixed(1)))).toEqual(
      [125, 150, 175].map((watts) => expect.closeTo(watts, 0)),
    );
  });

  it('a low-pass answers to a step as its differential equation says', () => {
    const timeUs = [9.9e6, 10.1e6, 10.3e6, 10.6e6, 11.5e6];
    const seen = new Float64Array(timeUs.length);
    // Delay is latency and time constant together: here 50 ms and 300 ms.
    onePole(known).fill(readingsAt(timeUs), 350_000, 300_000, seen);
    timeUs.forEach((us, n) => {
      const sinceS = us / 1e6 - 10 - 0.05;
      expect(seen[n]).toBeCloseTo(sinceS < 0 ? 100 : 200 - 100 * Math.exp(-sinceS / 0.3), 0);
    });
  });
});

describe('readings of a counter', () => {
  // 100 W, polled every 20 ms and counted every 40 ms, until it begins anew after 0.8 s.
  const timeUs = Array.from({ length: 80 }, (_, n) => n * 20_000);
  const value = timeUs.map((_, n) => 4 * (Math.floor(n / 2) - (n < 40 ? 0 : 20)));
  const counted = readingsOf({ timeUs, value, jitterUs: timeUs.map(() => 0) }, 'energy', 40_000);

  it('are means over spans side by side, and over longer ones that end at each update', () => {
    expect([...counted.spanUs!].every((us) => us === 120_000)).toBe(true);
    const { spanUs, timeUs: endUs, valueW } = counted.sliding!;
    expect([...spanUs!].every((us) => us === 320_000)).toBe(true);
    expect([...valueW].every((watts) => Math.abs(watts - 100) < 1e-9)).toBe(true);
    expect(endUs[1]! - endUs[0]!).toBe(40_000);
  });

  it('reach over no new beginning', () => {
    const { spanUs, timeUs: endUs } = counted.sliding!;
    expect([...endUs].every((us, n) => us <= 800_000 - 40_000 || us - spanUs![n]! >= 800_000)).toBe(true);
  });
});

describe('the line', () => {
  it('is that of the points, whatever their weights, where they lie on one', () => {
    const numbers = fc.array(fc.double({ min: -500, max: 500, noNaN: true }), {
      minLength: 3,
      maxLength: 40,
    });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.1, max: 3, noNaN: true }), (xs, gain) => {
        fc.pre(Math.max(...xs) - Math.min(...xs) > 1);
        const x = Float64Array.from(xs);
        const weights = x.map((_, n) => 1 + (n % 5));
        const line = fitLine(
          x,
          x.map((each) => gain * each - 20),
          weights,
        );
        expect(line.gain).toBeCloseTo(gain, 6);
        expect(line.offsetW).toBeCloseTo(-20, 4);
      }),
    );
  });

  it('is as steep as it was before the reference had noise, when that is known', () => {
    const chance = new Chance(1);
    const truth = Float64Array.from({ length: 4000 }, () => chance.between(100, 110));
    const seen = truth.map((watts) => watts + chance.normal());
    expect(fitLine(seen, truth, null).gain).toBeLessThan(0.93);
    expect(fitLine(seen, truth, null, 1).gain).toBeCloseTo(1, 1);
  });
});

describe('arithmetic', () => {
  it('an inverse gives back one', () => {
    const matrix = [
      [4e12, 3e5, 20],
      [3e5, 9e3, 1],
      [20, 1, 2],
    ];
    const one = product(matrix, inverse(matrix)!);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        expect(one[i]![j]! / matrix[i]![i]! ** 0.5).toBeCloseTo(i === j ? 1 / matrix[i]![i]! ** 0.5 : 0, 6);
    expect(
      inverse([
        [1, 1],
        [1, 1],
      ]),
    ).toBeNull();
  });

  it('a circular correlation is the sum that it stands for', () => {
    const chance = new Chance(2);
    const [x, y] = [0, 1].map(() => Float64Array.from({ length: 37 }, () => chance.normal())) as [
      Float64Array,
      Float64Array,
    ];
    const found = circularCorrelation(x, y);
    for (let lag = 0; lag < 37; lag++)
      expect(found[lag]).toBeCloseTo(
        x.reduce((sum, value, n) => sum + value * y[(n + lag) % 37]!, 0),
        9,
      );
  });

  it('a descent finds the bottom of a narrow valley', () => {
    const bottom = descend(
      (x, y) => (x - 300) ** 2 + 1e4 * (y - 2) ** 2,
      { x: 0, y: 0 },
      100,
      0.3,
      400,
      0.01,
    );
    expect(bottom.x).toBeCloseTo(300, 0);
    expect(bottom.y).toBeCloseTo(2, 1);
    expect(descend((x) => (x + 7) ** 2, { x: 90, y: 0 }, 10, 0, 200, 1e-6).x).toBeCloseTo(-7, 4);
  });

  it('a correlation time is that of a first-order process', () => {
    const chance = new Chance(4);
    let state = 0;
    const residuals = Float64Array.from({ length: 30_000 }, () => (state = 0.8 * state + chance.normal()));
    expect(correlationTime(residuals)).toBeCloseTo(9, -0.5);
    expect(correlationTime(residuals.map(() => chance.normal()))).toBeLessThan(1.3);
  });
});

describe('a lag that rests on one edge', () => {
  it('may be anything as long as the edge lies between the same two readings', () => {
    const chance = new Chance(7);
    const step = new PowerIntegral(referenceOf((s) => (s < 10 ? 100 : 200) + 0.2 * chance.normal(), 20));
    const known = calmed(step, referenceNoise(step));
    // Ten a second, the first after the edge 30 ms behind it.
    const timeUs = Array.from({ length: 180 }, (_, n) => 1_030_000 + n * 100_000);
    const readings = {
      ...readingsAt(timeUs),
      valueW: Float64Array.from(timeUs, (us) => (us < 10e6 ? 100 : 200) + 0.2 * chance.normal()),
    };
    for (const delayUs of [-60_000, -20_000, 20_000]) {
      const fit = fitAt(boxcar(known), readings, { delayUs, widthUs: 500 });
      const { below, above } = flatReach(readings, fit, 100_000);
      expect((delayUs - below) / 1000).toBeCloseTo(-70, -1);
      expect((delayUs + above) / 1000).toBeCloseTo(30, -1);
    }
  });
});

describe('the load', () => {
  it('swings as often as it goes up or down by much', () => {
    const chance = new Chance(6);
    const series = (powerAt: (n: number) => number) =>
      Float64Array.from({ length: 400 }, (_, n) => powerAt(n) + chance.normal());
    expect(
      swings(
        series((n) => (n > 200 ? 300 : 60)),
        0.25,
      ),
    ).toBe(1);
    expect(
      swings(
        series((n) => n),
        0.25,
      ),
    ).toBe(1);
    expect(
      swings(
        series((n) => (n % 100 < 50 ? 300 : 60)),
        0.25,
      ),
    ).toBe(8 - 1);
    expect(swings(new Float64Array(50), 0.25)).toBe(0);
  });

  it('has a period where it repeats itself, and the shortest', () => {
    const square = loadPeriod(new PowerIntegral(referenceOf((s) => (s % 0.73 < 0.3 ? 300 : 60), 40)))!;
    expect(square.periodUs / 1e6).toBeCloseTo(0.73, 2);
    expect(square.likeness).toBeGreaterThan(0.95);
    const chance = new Chance(8);
    let watts = 100;
    expect(
      loadPeriod(new PowerIntegral(referenceOf(() => (watts = 0.99 * watts + chance.normal()), 40))),
    ).toBeNull();
  });
});

describe('a lag over the run', () => {
  const lags = (delayAt: (n: number) => number) =>
    Array.from({ length: 8 }, (_, n) => ({
      ...{ fromUs: n * 1e7, toUs: (n + 1) * 1e7, atUs: (n + 0.5) * 1e7 },
      ...{ delayUs: delayAt(n) + 100 * Math.sin(n * 5), deviationUs: 200 },
    }));

  it('stays, drifts, or steps', () => {
    expect(lagChange(lags(() => 50_000)).rangeUs).toBe(0);
    const drifting = lagChange(lags((n) => 50_000 + 2000 * n));
    expect(drifting.drift!.slope).toBeCloseTo(2000 / 1e7, 5);
    expect(drifting.step).toBeNull();
    expect(drifting.rangeUs).toBeCloseTo(16_000, -3);
    const stepping = lagChange(lags((n) => (n < 3 ? 50_000 : 250_000)));
    expect(stepping.step!.fromUs).toBeLessThanOrEqual(3e7);
    expect(stepping.step!.toUs).toBeGreaterThanOrEqual(3e7);
    expect(stepping.rangeUs).toBeCloseTo(200_000, -3);
  });

  it('is not told by one part that knows nothing', () => {
    const some = lags(() => 50_000).map((lag, n) =>
      n === 4 ? { ...lag, delayUs: 9e5, deviationUs: Number.POSITIVE_INFINITY } : lag,
    );
    expect(lagChange(some).rangeUs).toBe(0);
  });
});
