import type { Envelope } from './envelope.js';
import { type Extremes, RangeExtremes } from './range-extremes.js';

const joulesPerHalfNj = 0.5e-9;

/** One power on its way into an envelope. Energies are kept doubled, nJ, from the first sample on. */
export class SeriesBuilder {
  readonly #energyInGaps: boolean;
  readonly #minMw: Float32Array;
  readonly #maxMw: Float32Array;
  /** At place n, what the first n intervals hold; those of all that are complete. */
  readonly #twiceNj: Float64Array;
  /** Of the complete intervals, where they are asked for. */
  #range: RangeExtremes | null = null;
  /** The interval under way. */
  #at = 0;
  #lowMw = Number.POSITIVE_INFINITY;
  #highMw = Number.NEGATIVE_INFINITY;
  #nowTwiceNj = 0;
  #firstUs = Number.NaN;
  #lastUs = Number.NaN;
  lastMw = 0;
  /** Sum over the spacings that are no gaps of (power step × spacing)², mW² µs²: what the sampling leaves open. */
  stepSquares = 0;

  /** @param energyInGaps whether what lies between two samples counts where that is a gap */
  constructor(most: number, energyInGaps: boolean) {
    this.#energyInGaps = energyInGaps;
    this.#minMw = new Float32Array(most);
    this.#maxMw = new Float32Array(most);
    this.#twiceNj = new Float64Array(most + 1);
  }

  add(
    timeUs: Float64Array,
    powerMw: Int32Array | Float64Array | Float32Array,
    count: number,
    intervalUs: number,
    gapLimitUs: number,
  ): void {
    if (Number.isNaN(this.#lastUs)) {
      this.#firstUs = timeUs[0]!;
      this.#lastUs = this.#firstUs;
      this.lastMw = powerMw[0]!;
      while (this.#at < Math.floor(this.#lastUs / intervalUs)) this.#complete();
    }
    let [lastUs, lastMw, low, high, energy, squares] = [
      this.#lastUs,
      this.lastMw,
      this.#lowMw,
      this.#highMw,
      this.#nowTwiceNj,
      this.stepSquares,
    ];
    const energyInGaps = this.#energyInGaps;
    let endUs = (this.#at + 1) * intervalUs;
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      const mw = powerMw[row]!;
      const isGap = us - lastUs > gapLimitUs;
      const counts = isGap && !energyInGaps ? 0 : 1;
      if (!isGap) squares += ((mw - lastMw) * (us - lastUs)) ** 2;
      if (us >= endUs) {
        const [leftUs, leftMw, slope] = [lastUs, lastMw, (mw - lastMw) / (us - lastUs)];
        while (us >= endUs) {
          // At a sample exactly what was measured.
          const endMw = endUs === us ? mw : leftMw + slope * (endUs - leftUs);
          energy += counts * (lastMw + endMw) * (endUs - lastUs);
          if (!isGap) {
            if (endMw < low) low = endMw;
            if (endMw > high) high = endMw;
          }
          [this.#lowMw, this.#highMw, this.#nowTwiceNj] = [low, high, energy];
          this.#complete();
          low = isGap ? Number.POSITIVE_INFINITY : endMw;
          high = isGap ? Number.NEGATIVE_INFINITY : endMw;
          [lastUs, lastMw] = [endUs, endMw];
          endUs += intervalUs;
        }
      }
      energy += counts * (lastMw + mw) * (us - lastUs);
      if (mw < low) low = mw;
      if (mw > high) high = mw;
      lastUs = us;
      lastMw = mw;
    }
    [this.#lastUs, this.lastMw, this.#lowMw, this.#highMw, this.#nowTwiceNj, this.stepSquares] = [
      lastUs,
      lastMw,
      low,
      high,
      energy,
      squares,
    ];
  }

  /** Every two intervals become one; the one under way may take in the one before it. */
  halve(): void {
    const [min, max, energy] = [this.#minMw, this.#maxMw, this.#twiceNj];
    const pairs = this.#at >> 1;
    for (let n = 0; n < pairs; n++) {
      min[n] = lower(min[2 * n]!, min[2 * n + 1]!);
      max[n] = higher(max[2 * n]!, max[2 * n + 1]!);
      energy[n + 1] = energy[2 * n + 2]!;
    }
    if (this.#at % 2 === 1) {
      const odd = this.#at - 1;
      if (min[odd]! < this.#lowMw) this.#lowMw = min[odd]!;
      if (max[odd]! > this.#highMw) this.#highMw = max[odd]!;
    }
    this.#at = pairs;
    this.#range?.forget();
  }

  /**
   * `count` intervals from `first` on, the one under way as it stands.
   * @param isLast Nothing more is added, so that they need no memory of their own.
   */
  intervals(first: number, count: number, isLast = false): Envelope {
    const behind = first + count;
    const minMw = isLast ? this.#minMw.subarray(first, behind) : this.#minMw.slice(first, behind);
    const maxMw = isLast ? this.#maxMw.subarray(first, behind) : this.#maxMw.slice(first, behind);
    const energyJ = isLast
      ? this.#twiceNj.subarray(first, behind + 1)
      : this.#twiceNj.slice(first, behind + 1);
    const now = this.#at - first;
    if (now >= 0 && now < count) {
      minMw[now] = this.#lowMw > this.#highMw ? Number.NaN : this.#lowMw;
      maxMw[now] = this.#lowMw > this.#highMw ? Number.NaN : this.#highMw;
      energyJ[now + 1] = this.#nowTwiceNj;
    }
    for (let n = 0; n <= count; n++) energyJ[n]! *= joulesPerHalfNj;
    return { minMw, maxMw, energyJ };
  }

  /**
   * A copy of the intervals from one up to another, every `factor` as one, the one under way as it stands.
   * @param behind at most one behind the one under way
   */
  part(first: number, behind: number, factor: number): Envelope {
    const count = Math.ceil((behind - first) / factor);
    const minMw = new Float32Array(count);
    const maxMw = new Float32Array(count);
    const energyJ = new Float64Array(count + 1);
    for (let k = 0; k < count; k++) {
      const from = first + k * factor;
      const extremes = this.extremes(from, Math.min(from + factor, behind));
      minMw[k] = extremes.minMw;
      maxMw[k] = extremes.maxMw;
    }
    for (let k = 0; k <= count; k++)
      energyJ[k] = this.#upToTwiceNj(Math.min(first + k * factor, behind)) * joulesPerHalfNj;
    return { minMw, maxMw, energyJ };
  }

  /** Extremes of the intervals from one up to another, the one under way as it stands; NaN where they hold nothing. */
  extremes(first: number, behind: number): Extremes {
    this.#range ??= new RangeExtremes(this.#minMw, this.#maxMw, 0);
    this.#range.grow(this.#at);
    const complete = this.#range.between(first, Math.min(behind, this.#at));
    const isUnderWay = first <= this.#at && behind > this.#at && this.#lowMw <= this.#highMw;
    if (!isUnderWay) return complete;
    return { minMw: lower(this.#lowMw, complete.minMw), maxMw: higher(this.#highMw, complete.maxMw) };
  }

  /** Energy up to an instant, J: power is taken as even in an interval, as far as there are samples in the first and the last one. */
  energyUpToJ(us: number, intervalUs: number): number {
    const n = Math.min(Math.max(Math.floor(us / intervalUs), 0), this.#at);
    const startUs = Math.max(n * intervalUs, this.#firstUs);
    const endUs = n === this.#at ? this.#lastUs : (n + 1) * intervalUs;
    const [before, behind] = [this.#upToTwiceNj(n), this.#upToTwiceNj(n + 1)];
    const share = Math.min(Math.max((us - startUs) / (endUs - startUs), 0), 1);
    return (before + (behind - before) * (Number.isNaN(share) ? 0 : share)) * joulesPerHalfNj;
  }

  /** Up to the begin of an interval. */
  #upToTwiceNj(n: number): number {
    return n <= this.#at ? this.#twiceNj[n]! : this.#nowTwiceNj;
  }

  /** Drops the first `intervals`, which are complete; what is added from now on counts its instants from behind them. */
  forget(intervals: number, intervalUs: number): void {
    this.#minMw.copyWithin(0, intervals, this.#at);
    this.#maxMw.copyWithin(0, intervals, this.#at);
    this.#twiceNj.copyWithin(0, intervals, this.#at + 1);
    this.#at -= intervals;
    this.#range?.forget();
    this.#firstUs -= intervals * intervalUs;
    this.#lastUs -= intervals * intervalUs;
  }

  #complete(): void {
    const isEmpty = this.#lowMw > this.#highMw;
    this.#minMw[this.#at] = isEmpty ? Number.NaN : this.#lowMw;
    this.#maxMw[this.#at] = isEmpty ? Number.NaN : this.#highMw;
    this.#at++;
    this.#twiceNj[this.#at] = this.#nowTwiceNj;
  }
}

/** NaN is nothing. */
export const lower = (a: number, b: number): number => (a < b || Number.isNaN(b) ? a : b);
export const higher = (a: number, b: number): number => (a > b || Number.isNaN(b) ? a : b);
