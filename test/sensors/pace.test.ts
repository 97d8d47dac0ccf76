import { describe, expect, it } from 'vitest';
import { Pace } from '#powerlog/sensors/process/pace.js';

interface Run {
  readonly periodMs: number;
  readonly usualPeriodMs?: number;
  readonly fixedMs?: number;
  readonly shortestMs?: number;
  readonly forMs?: number;
  /** What it says in its n-th interval. */
  readonly value?: (n: number) => number;
  readonly tookMs?: number;
}

/** Asks a sensor that changes every so often, on a clock of its own; returns the intervals that were chosen. */
function intervals({
  periodMs,
  usualPeriodMs = 100,
  fixedMs,
  shortestMs = 1,
  forMs = 20_000,
  value = (n) => n,
  tookMs = 0.1,
}: Run) {
  const pace = new Pace({ usualPeriodMs, shortestMs, fixedMs: fixedMs ?? null, columns: 1 });
  const chosen: number[] = [];
  for (let ms = 0; ms < forMs; ms += Math.max(1, Math.ceil(pace.intervalMs))) {
    pace.note(Float64Array.of(value(Math.floor(ms / periodMs))), ms, tookMs);
    chosen.push(pace.intervalMs);
  }
  return chosen;
}

describe('the pace of a sensor', () => {
  for (const periodMs of [20, 25, 100, 101.3, 500, 1000])
    it(`asks about three times in ${periodMs} ms where it changes that often`, () => {
      const last = intervals({ periodMs }).at(-1)!;
      expect(last).toBeGreaterThan(periodMs / 4);
      expect(last).toBeLessThan(periodMs / 2);
    });

  it('goes no faster than what a reading is worth', () => {
    expect(intervals({ periodMs: 1, shortestMs: 20 }).at(-1)).toBe(20);
  });

  it('keeps what is fixed', () => {
    expect(new Set(intervals({ periodMs: 100, fixedMs: 250 }))).toEqual(new Set([250]));
  });

  it('asks less often while nothing changes, and again as before when it does', () => {
    const chosen = intervals({ periodMs: 100, forMs: 30_000, value: (n) => (n > 100 && n < 200 ? 0 : n) });
    expect(Math.max(...chosen.slice(20))).toBeGreaterThan(80);
    expect(Math.max(...chosen.slice(20))).toBeLessThanOrEqual(110);
    expect(chosen.at(-1)).toBeLessThan(50);
  });

  it('asks less often while nothing changes, too, where it may not be asked as often as it changes', () => {
    const chosen = intervals({ periodMs: 1e6, usualPeriodMs: 1, shortestMs: 50, forMs: 60_000 });
    expect([chosen[0], chosen.at(-1)]).toEqual([50, 225]);
  });

  it('keeps to one pace where nothing changes but a counter that is read seldom', () => {
    const pace = new Pace({ usualPeriodMs: 100, shortestMs: 1, fixedMs: null, columns: 2 });
    const chosen: number[] = [];
    for (let ms = 0, n = 0; ms < 20_000; ms += pace.intervalMs, n++) {
      pace.note(Float64Array.of(300, n % 15 === 0 ? n : Number.NaN), ms, 0.1);
      chosen.push(pace.intervalMs);
    }
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
    // Five times the usual spacing counts as a gap.
    expect(chosen.at(-1)).toBeLessThan(5 * chosen[0]!);
  });

  it('does not keep a slow sensor busy', () => {
    expect(intervals({ periodMs: 100, tookMs: 40 }).at(-1)).toBeGreaterThan(150);
  });
});
