import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnvelopeBuilder } from '../../src/draw/envelope-builder.js';
import { RangeExtremes } from '../../src/draw/range-extremes.js';
import { IntervalPowers } from '../../src/measure/stretch/interval-powers.js';
import { fillRollingMeans } from '../../src/measure/stretch/rolling.js';
import { Instants } from '../../src/page/data/instants.js';
import { SamplePowers } from '../../src/page/data/sample-powers.js';
import { withNew } from '../../src/page/data/served/gap-list.js';
import { energyJ } from './document.js';

const mw = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -500, max: 900_000 }) },
  fc.constant(Number.NaN),
);

describe('extremes of a stretch', () => {
  it('are those of a look at each of its entries', () => {
    fc.assert(
      fc.property(fc.array(mw, { maxLength: 700 }), fc.nat(700), fc.nat(700), (values, a, b) => {
        const row = Float32Array.from(values);
        const [first, behind] = [Math.min(a, b, row.length), Math.min(Math.max(a, b), row.length)];
        const known = row.subarray(first, behind).filter((value) => !Number.isNaN(value));
        expect(new RangeExtremes(row, row).between(first, behind)).toEqual({
          minMw: known.length > 0 ? Math.min(...known) : Number.NaN,
          maxMw: known.length > 0 ? Math.max(...known) : Number.NaN,
        });
      }),
    );
  });
});

describe('powers by their samples', () => {
  const timeUs = Float64Array.from(
    { length: 1500 },
    (_, n) => 700 + n * 1000 + ((n * 7919) % 300) + (n > 800 ? 2e5 : 0),
  );
  const powerMw = Float64Array.from({ length: 1500 }, (_, n) => ((n * 104_729) % 300_000) + 50_000);
  const gap = { startUs: timeUs[800]!, endUs: timeUs[801]!, cause: 'late', uncertaintyJ: {} };
  const powers = new SamplePowers(new Instants(timeUs, { gaps: [gap] }), Float32Array.from(powerMw), 0);

  it('have the energy of their trapezoids between any two instants', () => {
    fc.assert(
      fc.property(fc.nat(1_800_000), fc.nat(1_800_000), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(powers.stretch(from, to).energyJ).toBeCloseTo(energyJ(timeUs, powerMw, from, to), 6);
      }),
    );
  });

  it('have a rolling mean of their side of a gap alone, and none in one', () => {
    const [count, windowUs] = [1700, 200_000];
    const into = new Float32Array(count);
    const reach = { startUs: timeUs[0]!, endUs: timeUs.at(-1)! };
    fillRollingMeans(powers, [gap], reach, { fromUs: 0, toUs: 1_700_000, windowUs }, into);
    for (let column = 0; column < count; column++) {
      const middleUs = (column + 0.5) * 1000;
      const isBehind = middleUs > gap.endUs;
      const from = Math.max(middleUs - windowUs / 2, isBehind ? gap.endUs : reach.startUs);
      const to = Math.min(middleUs + windowUs / 2, isBehind ? reach.endUs : gap.startUs);
      const isNowhere = middleUs < reach.startUs || middleUs > reach.endUs;
      if (isNowhere || (middleUs > gap.startUs && middleUs < gap.endUs)) expect(into[column]).toBeNaN();
      else {
        const mean = (energyJ(timeUs, powerMw, from, to) * 1e9) / (to - from);
        expect(Math.abs(into[column]! / mean - 1)).toBeLessThan(1e-5);
      }
    }
  });
});

describe('powers by intervals', () => {
  const intervalUs = 1000;
  const timeUs = Float64Array.from({ length: 400 }, (_, n) => 300 + n * 100 + (n > 200 ? 50_000 : 0));
  const powerMw = Float64Array.from(timeUs, (_, n) => 100_000 + ((n * 7919) % 20_000));
  const builder = new EnvelopeBuilder(1, { intervalUs });
  builder.add(timeUs, [powerMw], timeUs.length, 20_000);
  const { grid, series } = builder.envelopes(20_000);
  const [startUs, endUs] = [timeUs[0]!, timeUs.at(-1)!];
  const powers = new IntervalPowers(grid, series[0]!, { startUs, endUs });

  it('take the power about an end in a gap from what lies around the gap', () => {
    const middleUs = (timeUs[200]! + timeUs[201]!) / 2;
    const { start, end } = powers.stretch(middleUs, middleUs + intervalUs);
    for (const { lowMw, highMw } of [start, end]) {
      expect(lowMw).toBeGreaterThanOrEqual(100_000);
      expect(highMw).toBeGreaterThan(lowMw);
      expect(highMw).toBeLessThanOrEqual(120_000);
    }
  });

  it('leave nothing open where a stretch has all that was measured of its first and last interval', () => {
    expect([startUs % intervalUs, endUs % intervalUs]).not.toContain(0);
    expect(powers.stretch(startUs, endUs).cutsJ).toBe(0);
    expect(powers.stretch(startUs, endUs - 100).cutsJ).toBeGreaterThan(0);
    expect(powers.stretch(startUs + 100, endUs).cutsJ).toBeGreaterThan(0);
  });
});

describe('gaps of a recording under way', () => {
  it('stand on the page in the order of their begin, once each', () => {
    const gap = (startUs: number, joules?: number) => ({
      ...{ startUs, endUs: startUs + 1, cause: 'late' as const },
      uncertaintyJ: joules === undefined ? {} : { system: joules },
    });
    const known = [gap(10), gap(30)];
    expect(withNew(known, [gap(20), gap(30, 2)])).toEqual([gap(10), gap(20), gap(30, 2)]);
    expect(withNew(known, [])).toBe(known);
  });
});
