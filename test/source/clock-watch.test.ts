import { describe, expect, it } from 'vitest';
import { ClockWatch, RecordingClock } from '#powerlog/source/clock-watch.js';

/** A machine whose clocks are ours: the recording began at its monotonic second 1000. */
function machine() {
  const state = { asleepMs: 123_456, unixUs: 1_700_000_000_000_000, nowNs: 0 };
  const start = { monotonicNs: 1_000_000_000_000n, unixUs: state.unixUs };
  const watch = new ClockWatch(start, {
    asleepSinceBootMs: () => state.asleepMs,
    readAnchor: () => ({
      monotonicNs: start.monotonicNs + BigInt(state.nowNs),
      unixUs: state.unixUs + state.nowNs / 1000,
    }),
  });
  const at = (seconds: number) => {
    state.nowNs = seconds * 1e9;
    return watch.check(state.nowNs);
  };
  return { state, watch, at };
}

describe('the clock watch', () => {
  it('reads the wall clock again every ten seconds, whatever it says', () => {
    const { state, at } = machine();
    expect([at(1), at(9.9)]).toEqual([[], []]);
    expect(at(10)).toEqual([{ type: 'clock', atNs: 10e9, unixUs: 1_700_000_010_000_000 }]);
    expect(at(15)).toEqual([]);
    state.unixUs -= 3600e6; // somebody set the clock back by an hour
    expect(at(20)).toEqual([{ type: 'clock', atNs: 20e9, unixUs: 1_699_996_420_000_000 }]);
  });

  it('tells of a sleep: between which two looks, and for how long', () => {
    const { state, at } = machine();
    expect(at(1)).toEqual([]);
    state.asleepMs += 3_600_000;
    expect(at(1.1)).toEqual([
      { type: 'fault', kind: 'suspend', startNs: 1e9, endNs: 1.1e9, asleepMs: 3_600_000 },
    ]);
    expect(at(1.2)).toEqual([]);
  });

  it('takes the resolution of the uptime for no sleep', () => {
    const { state, at } = machine();
    for (let n = 1; n < 50; n++) {
      state.asleepMs += n % 2 ? 10 : -10;
      expect(at(n / 10)).toEqual([]);
    }
  });

  it('looks once more at the end, however short the recording was', () => {
    const { state, watch } = machine();
    state.nowNs = 0.5e9;
    state.unixUs += 3600e6;
    expect(watch.last(0.5e9)).toEqual([{ type: 'clock', atNs: 0.5e9, unixUs: 1_700_003_600_500_000 }]);
  });
});

describe('the clock of several tracks', () => {
  it('is looked at once for all, and tells each of them everything', () => {
    const anchor = { monotonicNs: process.hrtime.bigint() - 60_000_000_000n, unixUs: 1_700_000_000_000_000 };
    let readings = 0;
    const readAnchor = () => {
      readings++;
      return { monotonicNs: process.hrtime.bigint(), unixUs: anchor.unixUs + 60e6 };
    };
    const clock = new RecordingClock(anchor, { asleepSinceBootMs: () => 0, readAnchor });
    const [first, second] = [clock.follow(), clock.follow()];
    const told = first.due();
    expect(told).toMatchObject([{ type: 'clock', unixUs: 1_700_000_060_000_000 }]);
    expect([first.due(), second.due(), second.due()]).toEqual([[], told, []]);
    expect(readings).toBe(1);
  });

  it('tells a track that goes on of the reading at the end of one that does not, and no more than that', () => {
    const { state, start } = {
      state: { asleepMs: 0 },
      start: { monotonicNs: process.hrtime.bigint(), unixUs: 0 },
    };
    const clock = new RecordingClock(start, {
      asleepSinceBootMs: () => state.asleepMs,
      readAnchor: () => ({ monotonicNs: process.hrtime.bigint(), unixUs: 5 }),
    });
    const [ended, going] = [clock.follow(), clock.follow()];
    state.asleepMs = 90_000;
    const last = ended.last();
    expect(last.map(({ type }) => type)).toEqual(['fault', 'clock']);
    expect(going.due()).toEqual(last);
    expect(going.last().map(({ type }) => type)).toEqual(['clock']);
    expect(last).toHaveLength(2);
  });
});
