import { Column, columnRows } from '../engine/column.js';
import type { Engine, Pointer } from '../engine/engine.js';

/**
 * Counts integers, so that any quantile can be told afterwards, in memory that does not grow with their number.
 * Whole values are kept exactly from -2^15 to 2^20 (in mW: -32 W to 1048 W; in µs: to 1.05 s), beyond that with a
 * relative error of at most 2^-15. Values are numbers that hold integers, up to ±2^53, and there may be as many of them.
 */
export class Histogram {
  readonly #calls: Engine['calls'];
  #column: Column | undefined;
  readonly #single = new Float64Array(1);

  readonly #engine: Engine;
  readonly #at: Pointer;

  constructor(engine: Engine, at: Pointer = engine.calls.newHistogram()) {
    this.#engine = engine;
    this.#at = at;
    this.#calls = engine.calls;
  }

  get count(): number {
    return this.#calls.histogramCount(this.#at);
  }

  /** Null where nothing was counted. */
  get min(): number | null {
    return this.count === 0 ? null : this.#calls.histogramMin(this.#at);
  }

  get max(): number | null {
    return this.count === 0 ? null : this.#calls.histogramMax(this.#at);
  }

  add(value: number): void {
    this.#single[0] = value;
    this.addColumn(this.#single, 1);
  }

  /** Counts `values[0 … count-1]`. */
  addColumn(values: Int32Array | Float64Array, count: number): void {
    this.#column ??= new Column(this.#engine);
    for (let from = 0; from < count; from += columnRows) {
      const to = Math.min(from + columnRows, count);
      this.#column.take(values, from, to);
      this.#calls.countValues(this.#at, this.#column.at, to - from);
    }
  }

  /** Forgets what was counted, so that it can count something else. */
  clear(): void {
    this.#calls.clearHistogram(this.#at);
  }

  /**
   * The quantile at `share` (0 … 1), linear between the order statistics beside it (Hyndman and Fan's type 7, which
   * numpy and R take by default). Null where nothing was counted.
   */
  quantile(share: number): number | null {
    const { count } = this;
    if (count === 0) return null;
    const position = share * (count - 1);
    const below = Math.floor(position);
    const low = this.#calls.orderStatistic(this.#at, below);
    if (below === position) return low;
    return low + (position - below) * (this.#calls.orderStatistic(this.#at, below + 1) - low);
  }

  /** How many values lie above `limit`, which is not negative, and their sum. */
  above(limit: number): { count: number; sum: number } {
    return {
      count: this.#calls.countAbove(this.#at, limit),
      sum: this.#calls.sumAbove(this.#at, limit),
    };
  }
}
