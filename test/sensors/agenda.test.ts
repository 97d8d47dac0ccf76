import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Agenda } from '#powerlog/sensors/process/agenda.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Does something every so many ms from now on, as a sensor is asked; returns the instants at which it was done. */
function repeat(agenda: Agenda, everyMs: number): number[] {
  const done: number[] = [];
  let dueMs = performance.now();
  const next = (): void => {
    dueMs += everyMs;
    agenda.after(dueMs - performance.now(), everyMs, () => {
      done.push(performance.now());
      next();
    });
  };
  next();
  return done;
}

describe('the agenda of a process', () => {
  it('wakes it less often than there is something to do, and does each as often as it shall be done', () => {
    const agenda = new Agenda();
    const [often, seldom] = [repeat(agenda, 38.2), repeat(agenda, 50)];
    let wakes = 0;
    for (const endMs = performance.now() + 10_000; performance.now() < endMs; wakes++)
      vi.advanceTimersToNextTimer();
    expect(often.length).toBeGreaterThan(255);
    expect(often.length).toBeLessThanOrEqual(262);
    expect(seldom.length).toBeGreaterThan(195);
    expect(seldom.length).toBeLessThanOrEqual(200);
    expect(wakes).toBeLessThan(0.75 * (often.length + seldom.length));
  });

  it('keeps the time of what is alone, and of what is seldom within some ms', () => {
    const agenda = new Agenda();
    const done = repeat(agenda, 1000);
    vi.advanceTimersByTime(5_500);
    expect(done.length).toBe(5);
    for (const [n, ms] of done.slice(1).entries()) expect(Math.abs(ms - done[n]! - 1000)).toBeLessThan(2);
    repeat(agenda, 10);
    vi.advanceTimersByTime(5_000);
    expect(done.length).toBe(10);
    for (const [n, ms] of done.slice(1).entries()) expect(Math.abs(ms - done[n]! - 1000)).toBeLessThan(31);
  });

  it('does what is nearly due where the process is awake for something else, and nothing else', () => {
    const agenda = new Agenda();
    const [near, far] = [vi.fn(), vi.fn()];
    agenda.after(100, 100, near);
    agenda.after(200, 100, far);
    vi.advanceTimersByTime(80);
    agenda.go();
    expect(near).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10);
    agenda.go();
    expect([near.mock.calls.length, far.mock.calls.length]).toEqual([1, 0]);
    vi.advanceTimersByTime(200);
    expect([near.mock.calls.length, far.mock.calls.length]).toEqual([1, 1]);
  });
});
