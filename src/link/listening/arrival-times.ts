import { Held } from './held.js';
import type { Listening, Times } from './times.js';

/** The instants of frames that do not say them: evenly between the arrivals in which they came. */
export class ArrivalTimes implements Times {
  readonly rateErrorPpm = null;
  readonly #held: Held;
  #lastNs: number;

  readonly #listening: Listening;

  constructor(frameBytes: number, startNs: number, listening: Listening) {
    this.#held = new Held(frameBytes);
    this.#lastNs = startNs;
    this.#listening = listening;
  }

  take(bytes: Uint8Array, at: number, stamp: number, dropped: number): void {
    this.#held.push(bytes, at, stamp, dropped);
  }

  arrived(atNs: number): void {
    const { count, frames, frameBytes, dropped } = this.#held;
    const spacingNs = (atNs - this.#lastNs) / Math.max(count, 1);
    for (let n = 0; n < count; n++) {
      const fromNs = Math.round(this.#lastNs + n * spacingNs);
      const toNs = Math.round(this.#lastNs + (n + 1) * spacingNs);
      if (dropped[n]! > 0) this.#listening.lost(fromNs, toNs, 0, dropped[n]!);
      this.#listening.frame(frames, n * frameBytes, fromNs, toNs);
    }
    this.#held.clear();
    this.#lastNs = atNs;
  }

  settle(): void {}
}
