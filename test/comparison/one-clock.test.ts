import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timeText } from '#powerlog/comparison/clock/apart.js';
import { oneClock } from '#powerlog/comparison/clock/one-clock.js';
import type { Side } from '#powerlog/comparison/sides/side.js';
import type { FileClock } from '#powerlog/foreign/foreign-track.js';

const hourUs = 3600e6;
const beginUs = Date.UTC(2026, 10, 27, 12) * 1000;

/** A minute of readings that begins so many hours after the reference by its own hands. */
const side = (kind: 'utc' | 'local', lateH: number, path = 'b.csv'): Side => ({
  ...{ path, column: 'gpu', source: null, quantity: 'power', unit: 'W', uuid: null, resolutionUs: 1 },
  ...{ clock: { kind } satisfies FileClock, originUs: beginUs + lateH * hourUs, recording: null },
  ...{ guesses: [], remarks: [], timeUs: Float64Array.of(0, 30e6, 60e6), value: Float64Array.of(1, 2, 3) },
});

const a = side('utc', 0, 'a.csv');
const found = (b: Side, zone?: string) => oneClock(a, b, zone, { zone: '--tz-b' });

const { TZ } = process.env;

beforeAll(() => {
  process.env.TZ = 'UTC';
});
afterAll(() => {
  // Set to undefined it would be a zone of that name.
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

describe('a wall clock without a zone', () => {
  it.each([-12, -3.5, 0, 5.75, 14])('may be %d h ahead of UTC', (aheadH) => {
    const { shiftUs, guess } = found(side('local', aheadH));
    expect(shiftUs).toBe(0);
    expect(guess).toMatch(/bear no zone: they are taken for UTC/);
  });

  it.each([-26, -24, -12.25, 14.25, 20, 24, 26])('is in no zone that is %d h ahead', (aheadH) => {
    expect(() => found(side('local', aheadH))).toThrow(
      expect.objectContaining({ exitCode: 6, message: expect.stringMatching(/share no time/) }),
    );
  });

  it('may be a day and more from another such clock, which is said', () => {
    const { guess } = oneClock(side('local', 12, 'a.csv'), side('local', -10), undefined, { zone: null });
    expect(guess).toMatch(/bear no zone: their clocks are taken to be 22 h apart/);
  });
});

describe('stamps in UTC', () => {
  it.each([-13, 1, 14])('may be %d h late, where a zone was left out or taken off twice', (lateH) => {
    expect(found(side('utc', lateH)).guess).toMatch(new RegExp(`are ${Math.abs(lateH)} h `));
  });

  it.each([-24, -14.25, 15, 24])('are of another time where they are %d h late', (lateH) => {
    expect(() => found(side('utc', lateH))).toThrow(/share no time/);
  });
});

describe('two that share no time', () => {
  it('are told on one clock, where the zones are known', () => {
    expect(() => found(side('local', 26), '+02:00')).toThrow(
      /a\.csv reaches from 2026-11-27T12:00:00 to 2026-11-27T12:01:00 UTC, b\.csv from 2026-11-28T12:00:00 to 2026-11-28T12:01:00 UTC, and they begin 24 h apart$/,
    );
  });

  it('and else by their own hands, which is said', () => {
    expect(() => found(side('local', 26))).toThrow(
      /b\.csv from 2026-11-28T14:00:00 to 2026-11-28T14:01:00 by a clock without a zone, and they begin 26 h apart by their hands, which no zone explains$/,
    );
  });

  it('begin seconds, minutes, hours or days apart', () => {
    expect([1.5, 90, 900, 5.75 * 3600, 3 * 86_400, 230_810_400].map((s) => timeText(s * 1e6))).toEqual([
      ...['1.5 s', '90 s', '15 min', '5.75 h', '3 d', '2671.42 d'],
    ]);
  });
});
