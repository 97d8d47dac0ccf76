import type { PageHistogram } from '../../draw/page-data.js';

const bins = 128;

/**
 * How often a power was what, in at most 128 bins, of which more than half are used once there are enough different powers:
 * whenever one lies outside of them, every two become one.
 */
export class PowerHistogram {
  #binMw = 1;
  /** Number of the first bin: powers from `first · binMw` on. */
  #first = 0;
  #counts = new Float64Array(bins);
  /** Numbers of the lowest and the highest bin that are used. */
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  /** Counts rows `0 … count-1`. */
  add(powerMw: Int32Array | Float64Array, count: number): void {
    for (let row = 0; row < count; row++) {
      const at = Math.floor(powerMw[row]! / this.#binMw) - this.#first;
      if (at >= 0 && at < bins && this.#lowest <= this.#highest) {
        this.#counts[at]!++;
        if (at + this.#first < this.#lowest) this.#lowest = at + this.#first;
        if (at + this.#first > this.#highest) this.#highest = at + this.#first;
      } else this.#countOutside(powerMw[row]!);
    }
  }

  /** Without empty bins at its ends; null where nothing was counted. */
  of(series: string): PageHistogram | null {
    if (this.#lowest > this.#highest) return null;
    const from = this.#lowest - this.#first;
    return {
      series,
      fromMw: this.#lowest * this.#binMw,
      binMw: this.#binMw,
      counts: [...this.#counts.subarray(from, this.#highest - this.#first + 1)],
    };
  }

  #countOutside(mw: number): void {
    const number = () => Math.floor(mw / this.#binMw);
    while (Math.max(this.#highest, number()) - Math.min(this.#lowest, number()) >= bins) this.#double();
    this.#lowest = Math.min(this.#lowest, number());
    this.#highest = Math.max(this.#highest, number());
    this.#moveTo(this.#lowest - ((bins - 1 - (this.#highest - this.#lowest)) >> 1));
    this.#counts[number() - this.#first]!++;
  }

  #moveTo(first: number): void {
    const moved = new Float64Array(bins);
    this.#counts.forEach((count, at) => {
      if (count > 0) moved[at + this.#first - first] = count;
    });
    this.#counts = moved;
    this.#first = first;
  }

  #double(): void {
    const first = Math.floor(this.#first / 2);
    const merged = new Float64Array(bins);
    this.#counts.forEach((count, at) => {
      merged[Math.floor((at + this.#first) / 2) - first]! += count;
    });
    this.#counts = merged;
    this.#first = first;
    this.#binMw *= 2;
    if (this.#lowest > this.#highest) return;
    this.#lowest = Math.floor(this.#lowest / 2);
    this.#highest = Math.floor(this.#highest / 2);
  }
}
