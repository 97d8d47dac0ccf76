/** A busy machine is late: the picture lies so many of the pieces in which samples come behind, that its end is always known. */
const behindPieces = 1.6;
/** Clocks drift apart: what was the shortest delay once need not be for ever, µs a message. */
const forgottenUs = 200;

/** Where a recording under way stands between two messages, by this computer's clock. */
export class LiveClock {
  #endUs = Number.NEGATIVE_INFINITY;
  /** Of the recording's time before this computer's; the freshest message counts. */
  #aheadUs = Number.NaN;

  #behindUs = 0;

  /**
   * A message has come.
   * @param endUs the last sample, on the page's axis
   * @param everyMs how often samples come
   */
  hear(endUs: number, everyMs: number, nowMs: number): void {
    this.#behindUs = behindPieces * everyMs * 1000;
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
    const headUs = this.nowUs(nowMs) - this.#behindUs;
    return isAway ? headUs : Math.min(headUs, this.#endUs);
  }
}
