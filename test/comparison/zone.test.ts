import { afterEach, expect, it } from 'vitest';
import { localOffset, offsetText, zoneOffset } from '#powerlog/comparison/clock/zone.js';

const wall = (text: string): number => Date.parse(`${text}Z`) * 1000;
const hoursAt = (zone: string, text: string): number => zoneOffset(zone)(wall(text)) / 3600e6;
const { TZ } = process.env;

afterEach(() => {
  // Set to undefined it would be a zone of that name.
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

it('a named zone has its summer time, by what its hands show', () => {
  expect(hoursAt('Europe/Berlin', '2026-01-15T12:00:00')).toBe(1);
  expect(hoursAt('Europe/Berlin', '2026-07-15T12:00:00')).toBe(2);
  expect(hoursAt('Europe/Berlin', '2026-03-29T01:59:00')).toBe(1);
  expect(hoursAt('Europe/Berlin', '2026-03-29T03:01:00')).toBe(2);
  expect(hoursAt('Europe/Berlin', '2026-10-25T03:01:00')).toBe(1);
  expect(hoursAt('Asia/Kolkata', '2026-01-15T12:00:00')).toBe(5.5);
  expect(hoursAt('America/New_York', '2026-07-04T23:30:00')).toBe(-4);
});

it('a zone may be UTC, an offset, or that of this machine', () => {
  expect(['UTC', 'z', '+2', '-03:30', '+0545'].map((zone) => hoursAt(zone, '2026-01-15T12:00:00'))).toEqual([
    0, 0, 2, -3.5, 5.75,
  ]);
  process.env.TZ = 'Europe/Berlin';
  expect(hoursAt('local', '2026-07-15T12:00:00')).toBe(2);
  expect(localOffset(wall('2026-01-15T12:00:00'))).toBe(3600e6);
  for (const none of ['+25:00', '+14:15', '-12:15', '+02:60'])
    expect(() => zoneOffset(none)).toThrow(/is no time zone: they lie between -12:00 and \+14:00/);
  expect(['+14', '-12:00'].map((zone) => hoursAt(zone, '2026-01-15T12:00:00'))).toEqual([14, -12]);
  expect(() => zoneOffset('Mars/Olympus')).toThrow(/is no time zone that this machine knows/);
});

it('an offset is written as people do', () => {
  expect([0, 3600e6, -12_600e6, 20_700e6].map(offsetText)).toEqual(['UTC', 'UTC+1', 'UTC−3:30', 'UTC+5:45']);
});
