/** Samples come four times a second, a busy machine is late: so far the picture lies behind them, that its end is always known, µs. */
const behindUs = 400_000;
/** Clocks drift apart: what was the shortest delay once need not be for ever, µs a message. */
const forgottenUs = 200;

/** Where a recording under way stands between two messages, by this computer's clock. */
export class LiveClock {
  #endUs = Number.NEGATIVE_INFINITY;
  /** Of the recording's time before this computer's; the freshest message counts. */
  #aheadUs = Number.NaN;

  /** A message has come. @param endUs the last sample, on the page's axis */
  hear(endUs: number, nowMs: number): void {
    if (endUs <= this.#endUs) return;
    this.#endUs = endUs;
    const aheadUs = endUs - nowMs * 1000;
    this.#aheadUs = Number.isNaN(this.#aheadUs) ? aheadUs : Math.max(aheadUs, this.#aheadUs - forgottenUs);
  }

  /** The recording's time, µs; NaN as long as nothing was heard. */
  nowUs(nowMs: number): number {
    return nowMs * 1000 + this.#aheadUs;
  }

  /** What the picture ends with. @param isAway nothing comes, though time passes */
  headUs(nowMs: number, isAway: boolean): number {
    const headUs = this.nowUs(nowMs) - behindUs;
    return isAway ? headUs : Math.min(headUs, this.#endUs);
  }
}
