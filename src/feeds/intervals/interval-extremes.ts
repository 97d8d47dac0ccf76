import type { SampleRows } from '../../stream/sample-block.js';

/** A power that is watched: where a block has it, whole mW. */
export type PowerOf = (rows: SampleRows) => Float64Array | Int32Array;

/** Intervals as they are complete, whole µs. */
interface Intervals {
  readonly count: number;
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
}

/**
 * The least and the most that powers reach in intervals. Between two samples a power goes straight from the one to the
 * other, as it does in the intervals' means; so an interval has the powers at its ends too, and its mean is never outside.
 */
export class IntervalExtremes {
  readonly #powers: readonly Extreme[];
  #lastUs = Number.NaN;
  /** Up to where the edge is known that the interval under way may begin with. */
  #edgeUs = Number.NaN;

  constructor(powers: readonly PowerOf[]) {
    this.#powers = powers.map((of) => new Extreme(of));
  }

  /** Takes samples, and the intervals that were completed by them. */
  add(block: SampleRows, intervals: Intervals): void {
    const { timeUs, count } = block;
    for (const power of this.#powers) power.look(block, intervals.count);
    let from = 0;
    for (let n = 0; n < intervals.count; n++) {
      const endUs = intervals.endUs[n]!;
      const to = this.#reach(timeUs, from, count, endUs);
      const lastUs = to > from ? timeUs[to - 1]! : this.#lastUs;
      // An interval that ends behind its last sample goes on to the grid's line, on the way to the next sample.
      const share = lastUs < endUs && to < count ? (endUs - lastUs) / (timeUs[to]! - lastUs) : 0;
      const hasEdge = this.#edgeUs === intervals.startUs[n]!;
      for (const power of this.#powers) power.close(n, from, to, hasEdge, share);
      this.#edgeUs = endUs;
      this.#lastUs = lastUs;
      from = to;
    }
    for (const power of this.#powers) power.take(from, count);
    if (count > from) this.#lastUs = timeUs[count - 1]!;
  }

  lows(n: number): Float64Array {
    return this.#powers[n]!.lows;
  }

  highs(n: number): Float64Array {
    return this.#powers[n]!.highs;
  }

  /** The first sample from `from` on that is not of an interval that ends there. */
  #reach(timeUs: Float64Array, from: number, count: number, endUs: number): number {
    let to = from;
    let lastUs = this.#lastUs;
    while (to < count && timeUs[to]! <= endUs && !(timeUs[to]! < lastUs)) lastUs = timeUs[to++]!;
    return to;
  }
}

/** One power's. */
class Extreme {
  /** Of the completed intervals. */
  lows = new Float64Array(0);
  highs = new Float64Array(0);
  readonly #of: PowerOf;
  #values: Float64Array | Int32Array = new Float64Array(0);
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #last = 0;
  #edge = 0;

  constructor(of: PowerOf) {
    this.#of = of;
  }

  look(block: SampleRows, intervals: number): void {
    this.#values = this.#of(block);
    if (this.lows.length >= intervals) return;
    this.lows = new Float64Array(intervals);
    this.highs = new Float64Array(intervals);
  }

  take(from: number, to: number): void {
    const values = this.#values;
    let [low, high] = [this.#low, this.#high];
    for (let row = from; row < to; row++) {
      const value = values[row]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#low = low;
    this.#high = high;
    if (to > from) this.#last = values[to - 1]!;
  }

  /** @param share how far on the way to the next sample the interval ends */
  close(interval: number, from: number, to: number, hasEdge: boolean, share: number): void {
    this.take(from, to);
    const before = hasEdge ? this.#edge : this.#last;
    this.#edge = share > 0 ? this.#last + (this.#values[to]! - this.#last) * share : this.#last;
    this.lows[interval] = Math.floor(Math.min(this.#low, before, this.#edge));
    this.highs[interval] = Math.ceil(Math.max(this.#high, before, this.#edge));
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = Number.NEGATIVE_INFINITY;
  }
}
