/** More than this between the clocks is worth a warning, µs. */
const noticeableUs = 50_000;

export interface ClockDrift {
  /** The wall clock's largest distance from where it would be had it run on evenly, with its sign, µs. */
  readonly largestUs: number;
  /** True where it jumped from one reading to the next, false where it crept. */
  readonly stepped: boolean;
}

/** Holds the wall clock, as read again and again, against the monotonic one. */
export class ClockDriftWatch {
  #lastDriftUs = 0;
  #largestUs = 0;
  #stepped = false;

  /** @param startUnixUs The wall clock's opinion of the recording's start. */
  constructor(readonly startUnixUs: number) {}

  add(atNs: number, unixUs: number): void {
    const driftUs = unixUs - (this.startUnixUs + atNs / 1000);
    if (Math.abs(driftUs) > Math.abs(this.#largestUs)) this.#largestUs = driftUs;
    if (Math.abs(driftUs - this.#lastDriftUs) > noticeableUs) this.#stepped = true;
    this.#lastDriftUs = driftUs;
  }

  /** Null where the clocks kept together. */
  get drift(): ClockDrift | null {
    if (Math.abs(this.#largestUs) <= noticeableUs && !this.#stepped) return null;
    return { largestUs: this.#largestUs, stepped: this.#stepped };
  }
}
