/** Instead of a time to wait: no request goes out any more. */
export const over = -1;

/** When requests go out: on an even grid from the recording's instant 0, or as soon as they can. Instants in ns since then. */
export class SamplingGrid {
  readonly #periodNs: number;
  readonly #endNs: number;
  #slot = 0;

  /** @param rateHz As fast as the board answers where absent. */
  constructor(rateHz: number | undefined, endNs: number | undefined, nowNs: number) {
    this.#periodNs = rateHz === undefined ? 0 : 1e9 / rateHz;
    this.#endNs = endNs ?? Number.POSITIVE_INFINITY;
    if (this.#periodNs > 0) this.#slot = Math.ceil(nowNs / this.#periodNs);
  }

  /** How long the next request waits, ns, or `over`. 0 is now, and takes its slot. */
  waitNs(nowNs: number): number {
    if (this.#periodNs > 0) {
      const dueNs = this.#slot * this.#periodNs;
      // Where the grid has no slot left before the end, what remains of the duration is waited for.
      if (dueNs >= this.#endNs) return nowNs >= this.#endNs ? over : this.#endNs - nowNs;
      if (nowNs < dueNs) return dueNs - nowNs;
      // A slot that was missed stays missed: two samples close together would not fill it.
      this.#slot = Math.max(this.#slot, Math.floor(nowNs / this.#periodNs)) + 1;
    }
    return nowNs >= this.#endNs ? over : 0;
  }
}
