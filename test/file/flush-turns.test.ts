import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FlushTurns } from '#powerlog/file/flush-turns.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sink that counts, and cannot write while it is `busy`. */
function sink() {
  const state = { busy: false, waiting: 0, written: 0 };
  const turns = new FlushTurns(() => {
    if (state.busy) return false;
    state.written += state.waiting;
    state.waiting = 0;
    return true;
  });
  const come = () => {
    state.waiting++;
    turns.come();
  };
  return { state, turns, come };
}

describe('what comes to a sink', () => {
  it('is written with the turn that brought it', () => {
    vi.setSystemTime(0);
    const { state, come } = sink();
    for (let turn = 1; turn <= 5; turn++) {
      vi.advanceTimersByTime(250);
      come();
      come();
      vi.advanceTimersByTime(0);
      expect(state.written).toBe(2 * turn);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it('is written together where it comes thick and fast, and none of it is left', () => {
    const { state, come } = sink();
    vi.advanceTimersByTime(1000);
    for (let n = 0; n < 100; n++) {
      come();
      vi.advanceTimersByTime(1);
    }
    expect(state.written).toBe(1);
    vi.advanceTimersByTime(200);
    expect(state.written).toBe(100);
  });

  it('is written once a slow disk has taken the last, although nothing else comes', () => {
    const { state, come } = sink();
    vi.advanceTimersByTime(1000);
    state.busy = true;
    come();
    vi.advanceTimersByTime(5000);
    expect(state.written).toBe(0);
    state.busy = false;
    vi.advanceTimersByTime(200);
    expect(state.written).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
