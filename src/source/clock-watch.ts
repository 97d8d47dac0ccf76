import { uptime } from 'node:os';
import { type ClockAnchor, readClockAnchor } from '../clock.js';
import type { RecordingEvent } from '../stream/event.js';

/** How often the wall clock is read again, ns of the recording. */
const reanchorNs = 10e9;
/** CLOCK_MONOTONIC stands still while the machine sleeps, the uptime does not; less than this is its resolution. */
const suspendMs = 500;

export interface Clocks {
  readonly asleepSinceBootMs: () => number;
  readonly readAnchor: () => ClockAnchor;
}

/**
 * Watches what may not bend the time axis but belongs into the record: the wall clock's opinion now and then, and
 * whether the machine slept.
 */
export class ClockWatch {
  private nextNs = reanchorNs;
  private checkedNs = 0;
  private asleepMs: number;

  /** @param clocks Other clocks than the machine's, for tests. */
  constructor(
    private readonly start: ClockAnchor,
    private readonly clocks: Clocks = machineClocks,
  ) {
    this.asleepMs = clocks.asleepSinceBootMs();
  }

  /** Events that are due at `nowNs` since the recording began. */
  check(nowNs: number): RecordingEvent[] {
    const events: RecordingEvent[] = [];
    const asleepMs = this.clocks.asleepSinceBootMs();
    const sleptMs = asleepMs - this.asleepMs;
    if (sleptMs > suspendMs) {
      const asleepMs = Math.round(sleptMs);
      events.push({ type: 'fault', kind: 'suspend', startNs: this.checkedNs, endNs: nowNs, asleepMs });
    }
    this.asleepMs = asleepMs;
    this.checkedNs = nowNs;
    if (nowNs < this.nextNs) return events;
    this.nextNs += reanchorNs;
    events.push(this.anchor());
    return events;
  }

  /** The reading at the end: a clock may be set in a recording of a second too. */
  last(nowNs: number): RecordingEvent[] {
    this.nextNs = 0;
    return this.check(nowNs);
  }

  private anchor(): RecordingEvent {
    const { monotonicNs, unixUs } = this.clocks.readAnchor();
    return { type: 'clock', atNs: Number(monotonicNs - this.start.monotonicNs), unixUs };
  }
}

const machineClocks: Clocks = {
  asleepSinceBootMs: () => uptime() * 1000 - Number(process.hrtime.bigint()) / 1e6,
  readAnchor: readClockAnchor,
};
