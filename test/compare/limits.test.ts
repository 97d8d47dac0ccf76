import { describe, expect, it } from 'vitest';
import { compareTraces } from '#powerlog/compare/compare.js';
import type { ReadingTrace } from '#powerlog/compare/comparison.js';
import { type Made, pulses, readingsOf, referenceOf } from './estimator/traces.js';

const durationS = 60;
const load = pulses(60, 360, durationS);
const reference = referenceOf(load.powerAt, durationS);
const made: Made = { periodS: 0.1003, windowS: 0.1, latencyS: 0.02, pollS: 0.037, durationS };
/** As a sensor prints them. */
const printed = (readings: ReadingTrace): ReadingTrace => ({
  ...readings,
  value: readings.value.map((watts) => Math.round(100 * watts) / 100),
});
const read = (other: Partial<Made> = {}) => printed(readingsOf(load.energyUntil, { ...made, ...other }));

/** A second of one power and a second of another, in turn. */
const square = {
  powerAt: (s: number) => (Math.floor(s) % 2 === 0 ? 60 : 360),
  energyUntil: (s: number) =>
    Math.floor(s / 2) * 420 + Math.min(s % 2, 1) * 60 + Math.max(0, (s % 2) - 1) * 360,
};

describe('a sensor that knows two levels alone', () => {
  const levels = { windowS: 0.0005, gain: 0.9, offsetW: 10 };

  it('is no spike and no rounding', () => {
    const { verdict, notes, figures } = compareTraces(reference, read(levels));
    expect(verdict).toBe('related');
    expect(notes.map(({ code }) => code)).not.toContain('dropped-readings');
    expect(figures.gain.value).toBeCloseTo(0.9, 2);
    expect(figures.update_s.value).toBeCloseTo(0.1003, 3);
  });

  it('has not the period of a load that repeats itself', () => {
    // Updates at every tenth part of it.
    const readings = printed(readingsOf(square.energyUntil, { ...made, ...levels, periodS: 0.1 }));
    const { verdict, figures } = compareTraces(referenceOf(square.powerAt, durationS), readings);
    expect(verdict).toBe('related');
    expect(figures.update_s.value).toBeNull();
    expect(figures.update_s.reason).toMatch(/repeats itself every 2000 ms/);
    expect(figures.delay_s.reason).toMatch(/one of/);
    // An average over a period more fits as well, with another gain.
    expect(figures.gain.reason).toMatch(/one of 0\.5 ms, 2000 ms/);
  });
});

describe('what lies beyond what is looked for is said', () => {
  it('a window of six seconds', () => {
    const { verdict, reason, figures } = compareTraces(reference, read({ windowS: 6 }));
    expect(verdict).toBe('undetermined');
    expect(reason).toMatch(/4 s or more/);
    expect(figures.gain.value).toBeNull();
  });

  it('five times the gain', () => {
    const { verdict, reason } = compareTraces(reference, read({ gain: 5 }));
    expect(verdict).toBe('undetermined');
    expect(reason).toMatch(/no gain up to 4|4 times as much/);
  });

  it.each([10, -5])('clocks %i s apart', (apartS) => {
    const readings = read();
    const timeUs = readings.timeUs.map((us) => us + apartS * 1e6);
    const { verdict, reason } = compareTraces(reference, { ...readings, timeUs });
    expect(verdict).toBe('undetermined');
    expect(reason).toMatch(apartS > 0 ? /10 s late.*check the clocks/ : /5 s early.*check the clocks/);
  });
});

describe('a load that repeats itself', () => {
  const reference = referenceOf(square.powerAt, durationS);
  const readAt = (gain: number) => printed(readingsOf(square.energyUntil, { ...made, gain }));

  it('has the gain that it has, and not that of an average over its periods', () => {
    expect(compareTraces(reference, readAt(3.8)).figures.gain.value).toBeCloseTo(3.8, 2);
  });

  it('is as like itself at any clock, which is no reason to check one', () => {
    const { verdict, reason } = compareTraces(reference, readAt(9));
    expect(verdict).not.toBe('related');
    expect(reason).not.toMatch(/clocks/);
  });
});

it('one of eight cards has an eighth of the power', () => {
  const { verdict, figures } = compareTraces(reference, read({ gain: 0.125 }));
  expect(verdict).toBe('related');
  expect(figures.gain.value).toBeCloseTo(0.125, 3);
});

it('stamps of whole seconds show neither a period below nor a low-pass', () => {
  const readings: ReadingTrace = { ...read(), pollUncertaintyUs: 500_000 };
  const spread = (us: number, n: number) => Math.floor(us / 1e6) * 1e6 + ((n * 618_034) % 1_000_000);
  const timeUs = readings.timeUs.map(spread).sort();
  const { verdict, figures, kernel } = compareTraces(reference, { ...readings, timeUs });
  expect(verdict).toBe('related');
  expect(figures.update_s.value).toBeNull();
  expect(kernel).toBe('boxcar');
});

it('a flat load is told as one by a sensor that never changes, too', () => {
  const flat = referenceOf((s) => 200 + 0.1 * Math.sin(s * 1e4), durationS);
  const readings = read();
  const { reason, notes } = compareTraces(flat, { ...readings, value: readings.value.map(() => 180) });
  expect(reason).toMatch(/flat/);
  expect(notes.map(({ code }) => code)).toContain('flat-load');
});
