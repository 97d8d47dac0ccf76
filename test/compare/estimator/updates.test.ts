import { describe, expect, it } from 'vitest';
import { PowerIntegral } from '#powerlog/compare/reference/integral.js';
import { bracketsOf } from '#powerlog/compare/updates/brackets.js';
import { meetingPoint } from '#powerlog/compare/updates/meeting-point.js';
import { validPolls } from '#powerlog/compare/updates/polls.js';
import { findUpdates } from '#powerlog/compare/updates/updates.js';
import { Chance } from '../pairs/chance.js';
import { type Made, pulses, readingsOf, referenceOf } from './traces.js';

const load = pulses(80, 280, 70);
const reference = new PowerIntegral(referenceOf(load.powerAt, 70));
const made: Made = { periodS: 0.1003, windowS: 0.1003, latencyS: 0.03, pollS: 0.017, durationS: 60 };
const trace = (changes: Partial<Made> = {}) => readingsOf(load.energyUntil, { ...made, ...changes });

describe('what polls show of updates', () => {
  it.each([0.003, 0.017, 0.04, 0.066])('the period, polled every %s s', (pollS) => {
    const { period, readings } = findUpdates(trace({ pollS }), reference);
    expect(period!.periodUs).toBeCloseTo(100_300, -2);
    expect(Math.abs(period!.periodUs - 100_300)).toBeLessThan(period!.errorUs + 1);
    const late = [...readings.timeUs].map((us) => (us - 12_300) / 100_300);
    const off = late.map((periods) => Math.abs(periods - Math.round(periods))).sort((a, b) => a - b);
    expect(off[off.length >> 1]!).toBeLessThan(0.03);
  });

  it('no period that is a fraction of it, where some updates change nothing', () => {
    const readings = trace();
    const rounded = { ...readings, value: readings.value.map((watts) => Math.round(watts / 20) * 20) };
    expect(findUpdates(rounded, reference).period!.periodUs).toBeCloseTo(100_300, -2);
  });

  it('that polls are the limit', () => {
    const { period, periodReason, readings, unseenHoldUs } = findUpdates(trace({ pollS: 0.23 }), reference);
    expect(period).toBeNull();
    expect(periodReason).toMatch(/at most/);
    expect(unseenHoldUs).toBeCloseTo(230_000, -3);
    expect(readings.count).toBe(trace({ pollS: 0.23 }).timeUs.length);
  });

  it('no period where updates come by chance', () => {
    const chance = new Chance(5);
    const timeUs = Float64Array.from({ length: 6000 }, (_, n) => n * 10_000 + chance.between(0, 2000));
    let [watts, untilUs] = [100, 0];
    const value = timeUs.map((us) => {
      if (us > untilUs) [watts, untilUs] = [chance.between(50, 300), us + chance.exponential(100_000)];
      return watts;
    });
    expect(findUpdates({ timeUs, value, quantity: 'power' }, reference).period).toBeNull();
  });

  it("the instants that the sensor's own stamps tell, but not the stamps of the question", () => {
    const polled = trace({ pollS: 0.23 });
    const stampOf = (us: number) => Math.floor((us - 12_300) / 100_300) * 100_300 + 12_300;
    const stamped = findUpdates({ ...polled, updatedUs: polled.timeUs.map(stampOf) }, reference);
    expect(stamped.period!.periodUs).toBeCloseTo(100_300, -1);
    expect(stamped.unseenHoldUs).toBe(0);
    const asked = findUpdates({ ...polled, updatedUs: polled.timeUs.map((us) => us - 40) }, reference);
    expect(asked.period).toBeNull();
    expect(asked.unseenHoldUs).toBeGreaterThan(0);
  });

  it('power between the true changes of a counter', () => {
    const power = trace({ gain: 1 });
    const counted = { ...power, quantity: 'energy' as const };
    const stampOf = (us: number) => Math.floor((us - 12_300) / 100_300) * 100_300 + 12_300;
    const value = power.timeUs.map((us) => load.energyUntil(stampOf(us) / 1e6 - 0.03) + 7);
    const { readings, period } = findUpdates({ ...counted, value }, reference);
    expect(period!.periodUs).toBeCloseTo(100_300, -2);
    const energyJ = readings.valueW.reduce((sum, watts, n) => sum + (watts * readings.spanUs![n]!) / 1e6, 0);
    expect(energyJ).toBeCloseTo(value.at(-1)! - value[0]!, 0);
  });
});

describe('polls of a counter', () => {
  const polled = (value: number[]) =>
    validPolls(
      {
        timeUs: Float64Array.from(value, (_, n) => n * 20_000),
        value: Float64Array.from(value),
        quantity: 'energy',
      },
      reference,
    );

  it('leave out what those behind fall back from, two in a row too', () => {
    const { value, impossible } = polled([10, 10, 11, 440, 11, 12, 60, 600, 12, 13]);
    expect([...value]).toEqual([10, 10, 11, 11, 12, 12, 13]);
    expect(impossible).toBe(3);
  });

  it('keep a counter that wraps or begins anew', () => {
    const wrapped = [97, 98, 99, 1, 2, 3, 4];
    expect([...polled(wrapped).value]).toEqual(wrapped);
  });
});

describe('brackets', () => {
  it('leave out what lies around a missing span', () => {
    const timeUs = Float64Array.of(0, 10, 20, 80, 90, 100);
    const value = Float64Array.of(1, 1, 2, 3, 3, 4);
    const { count, lowUs, highUs } = bracketsOf({ timeUs, value, intervalUs: 10, impossible: 0 });
    expect(count).toBe(2);
    expect([...lowUs]).toEqual([10, 90]);
    expect([...highUs]).toEqual([20, 100]);
  });

  it('meet where most of them overlap, whatever a late one says', () => {
    expect(meetingPoint([0, 2, 4, 20], [10, 9, 6, 30])).toBe(5);
  });
});
