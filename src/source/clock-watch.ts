import { uptime } from 'node:os';
import { type ClockAnchor, nsSince, readClockAnchor } from '../clock.js';
import type { RecordingEvent } from '../stream/event.js';

/** How often the wall clock is read again, ns of the recording. */
const reanchorNs = 10e9;
/** CLOCK_MONOTONIC stands still while the machine sleeps, the uptime does not; less than this is its resolution. */
const suspendMs = 500;

interface Clocks {
  readonly asleepSinceBootMs: () => number;
  readonly readAnchor: () => ClockAnchor;
}

/**
 * Watches what may not bend the time axis but belongs into the record: the wall clock's opinion now and then, and
 * whether the machine slept.
 */
export class ClockWatch {
  #nextNs = reanchorNs;
  #checkedNs = 0;
  #asleepMs: number;

  readonly #start: ClockAnchor;
  readonly #clocks: Clocks;

  /** @param clocks Other clocks than the machine's, for tests. */
  constructor(start: ClockAnchor, clocks: Clocks = machineClocks) {
    this.#start = start;
    this.#clocks = clocks;
    this.#asleepMs = clocks.asleepSinceBootMs();
  }

  /** Events that are due at `nowNs` since the recording began. */
  check(nowNs: number): RecordingEvent[] {
    const events: RecordingEvent[] = [];
    const asleepMs = this.#clocks.asleepSinceBootMs();
    const sleptMs = asleepMs - this.#asleepMs;
    if (sleptMs > suspendMs) {
      const asleepMs = Math.round(sleptMs);
      events.push({ type: 'fault', kind: 'suspend', startNs: this.#checkedNs, endNs: nowNs, asleepMs });
    }
    this.#asleepMs = asleepMs;
    this.#checkedNs = nowNs;
    if (nowNs < this.#nextNs) return events;
    this.#nextNs += reanchorNs;
    events.push(this.#anchor());
    return events;
  }

  /** The reading at the end: a clock may be set in a recording of a second too. */
  last(nowNs: number): RecordingEvent[] {
    const events = this.check(nowNs);
    return events.some(({ type }) => type === 'clock') ? events : [...events, this.#anchor()];
  }

  #anchor(): RecordingEvent {
    const { monotonicNs, unixUs } = this.#clocks.readAnchor();
    return { type: 'clock', atNs: Number(monotonicNs - this.#start.monotonicNs), unixUs };
  }
}

const machineClocks: Clocks = {
  asleepSinceBootMs: () => uptime() * 1000 - Number(process.hrtime.bigint()) / 1e6,
  readAnchor: readClockAnchor,
};

/** How often the clocks are looked at, ns: it costs a file read. */
const lookEveryNs = 1e9;

/**
 * The clock of a recording, which all its tracks share: the instant 0, and what becomes of the machine's clocks from there on.
 * They are looked at once for all, whichever track asks, and each track is told the same.
 */
export class RecordingClock {
  readonly #watch: ClockWatch;
  /** What is still to be told, by track. */
  readonly #untold = new Set<RecordingEvent[]>();
  #nextLookNs = 0;

  constructor(
    readonly anchor: ClockAnchor = readClockAnchor(),
    clocks: Clocks = machineClocks,
  ) {
    this.#watch = new ClockWatch(anchor, clocks);
  }

  /** Time since the instant 0, ns. */
  now(): number {
    return nsSince(this.anchor.monotonicNs);
  }

  /** A track's own ear, which hears everything once. */
  follow(): ClockFollower {
    const untold: RecordingEvent[] = [];
    this.#untold.add(untold);
    return {
      due: () => {
        const nowNs = this.now();
        if (nowNs >= this.#nextLookNs) {
          this.#nextLookNs = nowNs + lookEveryNs;
          this.#tell(this.#watch.check(nowNs));
        }
        return untold.splice(0);
      },
      last: () => {
        this.#tell(this.#watch.last(this.now()));
        this.#untold.delete(untold);
        return untold;
      },
    };
  }

  #tell(events: readonly RecordingEvent[]): void {
    for (const untold of this.#untold) untold.push(...events);
  }
}

/** What a track hears of the clocks. */
export interface ClockFollower {
  /** Events that it has not been told yet. */
  due(): RecordingEvent[];
  /** Events that it has not been told by the track's end, with one more reading of the wall clock. */
  last(): RecordingEvent[];
}
