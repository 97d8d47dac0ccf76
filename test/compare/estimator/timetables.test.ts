import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTraces } from '#powerlog/compare/compare.js';
import { PowerIntegral } from '#powerlog/compare/reference/integral.js';
import { linesThrough, middleLine, reachAt } from '#powerlog/compare/updates/lines.js';
import { findUpdates } from '#powerlog/compare/updates/updates.js';
import { Chance } from '../pairs/chance.js';
import { pulses, referenceOf } from './traces.js';

const load = pulses(80, 280, 120);
const reference = referenceOf(load.powerAt, 120);
const integral = new PowerIntegral(reference);

/** Polls of an average over 100 ms that is updated each period, from `firstS` on, late by nothing. */
function polled(periodS: number, firstS: number, pollS: number, scatterS: number, seed: number) {
  const chance = new Chance(seed);
  const timeUs: number[] = [];
  const value: number[] = [];
  for (let n = 1; n * pollS < 118; n++) {
    const atS = n * pollS + scatterS * chance.normal();
    const update = Math.floor((atS - firstS) / periodS);
    const updateS = firstS + update * periodS;
    if (updateS < 0.2) continue;
    timeUs.push(Math.round(atS * 1e6));
    value.push((load.energyUntil(updateS) - load.energyUntil(updateS - 0.1)) / 0.1 + 0.01 * (update % 7));
  }
  return { timeUs: Float64Array.from(timeUs), value: Float64Array.from(value), quantity: 'power' as const };
}

describe('lines through brackets', () => {
  const drawn = fc.record({
    heightUs: fc.double({ min: -1e5, max: 1e5, noNaN: true }),
    riseUs: fc.double({ min: -500, max: 500, noNaN: true }),
    widthUs: fc.double({ min: 1e3, max: 3e5, noNaN: true }),
    shares: fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 6, maxLength: 60 }),
  });

  it('hold the true one, and reach as far as it lies from their middle at most', () => {
    fc.assert(
      fc.property(drawn, ({ heightUs, riseUs, widthUs, shares }) => {
        const steps = Float64Array.from(shares, (_, n) => n - (shares.length >> 1));
        const trueUs = steps.map((step) => heightUs + riseUs * step);
        const lowUs = trueUs.map((us, n) => us - shares[n]! * widthUs);
        const highUs = lowUs.map((us) => us + widthUs);
        const lines = linesThrough(lowUs, highUs, steps, { heightUs, riseUs: 0.999 * riseUs });
        expect(lines.length).toBeGreaterThan(2);
        const middle = middleLine(lines);
        steps.forEach((step, n) => {
          const us = middle.heightUs + middle.riseUs * step;
          expect(us).toBeGreaterThan(lowUs[n]! - 1);
          expect(us).toBeLessThan(highUs[n]! + 1);
          expect(Math.abs(us - trueUs[n]!)).toBeLessThan(reachAt(lines, middle, step) + 1);
        });
      }),
    );
  });

  it('are none where an update came when no line could have it', () => {
    const steps = Float64Array.of(0, 1, 2, 3, 4);
    const highUs = Float64Array.of(10, 10, 30, 10, 10);
    const lowUs = highUs.map((us) => us - 10);
    expect(linesThrough(lowUs, highUs, steps, { heightUs: 5, riseUs: 0 })).toEqual([]);
  });
});

describe('a timetable of few wide brackets', () => {
  // Three polls an update, a little less: a period that is wrong by a thousandth loses the phase where the polls come to look from the other side.
  const [periodS, pollS] = [0.98935, 0.3287];

  it.each([7, 8, 9, 10, 11, 12])('lies as near the updates as it says, drawn %s', (seed) => {
    const firstS = new Chance(100 + seed).between(0, periodS);
    const { readings, systematicUs, period } = findUpdates(
      polled(periodS, firstS, pollS, 0.01, seed),
      integral,
    );
    const late = [...readings.timeUs].map((us) => {
      const periods = (us / 1e6 - firstS) / periodS;
      return Math.abs(periods - Math.round(periods)) * periodS * 1e6;
    });
    const meanUs = late.reduce((sum, us) => sum + us, 0) / late.length;
    expect(meanUs).toBeLessThan(systematicUs);
    // Far less than half of what the polls lie apart.
    expect(systematicUs).toBeLessThan(0.2 * pollS * 1e6);
    expect(Math.abs(period!.periodUs - periodS * 1e6)).toBeLessThan(period!.errorUs);
  });
});

describe('a single edge between two readings', () => {
  /** Updates once a second of a mean over a second, at a step that the update at 60 s sees a tenth of. */
  it('leaves a long ridge of windows and delays, and what is said holds the true one', () => {
    const edgeS = 59.9;
    const powerAt = (s: number) => (s < edgeS ? 60 : 300);
    const chance = new Chance(3);
    const step = referenceOf((s) => powerAt(s) + 0.3 * chance.normal(), 120);
    const timeUs: number[] = [];
    const value: number[] = [];
    let [held, nextS] = [60, 1];
    for (let atS = 1.02; atS < 119; atS += 0.0731) {
      for (; nextS <= atS; nextS++) {
        const seen = Math.max(0, Math.min(1, nextS - edgeS));
        held = 60 + 240 * seen + 0.1 * chance.normal();
      }
      timeUs.push(Math.round(atS * 1e6));
      value.push(held);
    }
    const readings = {
      timeUs: Float64Array.from(timeUs),
      value: Float64Array.from(value),
      quantity: 'power' as const,
    };
    const { delay_s: delay, window_s: window } = compareTraces(step, readings).figures;
    const [, fromMs, toMs] = /lies between (-?[\d.]+) ms and ([\d.]+) ms/.exec(delay.reason ?? '') ?? [];
    expect(Number(fromMs)).toBeLessThan(500);
    expect(Number(toMs)).toBeGreaterThan(500);
    // From an instant, which the update at 60 s was late for by 0.1 s, to the whole second.
    expect(Number(fromMs)).toBeLessThan(150);
    expect(window.interval![0]).toBeLessThan(0.05);
    expect(window.interval![1]).toBeGreaterThan(1);
  });
});
