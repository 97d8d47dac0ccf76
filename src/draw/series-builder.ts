import type { Envelope } from './envelope.js';

const joulesPerHalfNj = 0.5e-9;

/** One power on its way into an envelope. Energies are kept doubled, nJ, from the first sample on. */
export class SeriesBuilder {
  readonly #minMw: Float32Array;
  readonly #maxMw: Float32Array;
  /** Up to the end of each interval that is complete. */
  readonly #twiceNj: Float64Array;
  /** The interval under way. */
  #at = 0;
  #lowMw = Number.POSITIVE_INFINITY;
  #highMw = Number.NEGATIVE_INFINITY;
  #nowTwiceNj = 0;
  #lastUs = Number.NaN;
  lastMw = 0;

  constructor(most: number) {
    this.#minMw = new Float32Array(most);
    this.#maxMw = new Float32Array(most);
    this.#twiceNj = new Float64Array(most);
  }

  add(
    timeUs: Float64Array,
    powerMw: Int32Array | Float64Array | Float32Array,
    count: number,
    intervalUs: number,
    gapLimitUs: number,
  ): void {
    if (Number.isNaN(this.#lastUs)) {
      this.#lastUs = timeUs[0]!;
      this.lastMw = powerMw[0]!;
      while (this.#at < Math.floor(this.#lastUs / intervalUs)) this.#complete();
    }
    let [lastUs, lastMw, low, high, energy] = [
      this.#lastUs,
      this.lastMw,
      this.#lowMw,
      this.#highMw,
      this.#nowTwiceNj,
    ];
    let endUs = (this.#at + 1) * intervalUs;
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      const mw = powerMw[row]!;
      if (us >= endUs) {
        const isGap = us - lastUs > gapLimitUs;
        const [leftUs, leftMw, slope] = [lastUs, lastMw, (mw - lastMw) / (us - lastUs)];
        while (us >= endUs) {
          const endMw = leftMw + slope * (endUs - leftUs);
          energy += (lastMw + endMw) * (endUs - lastUs);
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
      energy += (lastMw + mw) * (us - lastUs);
      if (mw < low) low = mw;
      if (mw > high) high = mw;
      lastUs = us;
      lastMw = mw;
    }
    [this.#lastUs, this.lastMw, this.#lowMw, this.#highMw, this.#nowTwiceNj] = [
      lastUs,
      lastMw,
      low,
      high,
      energy,
    ];
  }

  /** Every two intervals become one; the one under way may take in the one before it. */
  halve(): void {
    const [min, max, energy] = [this.#minMw, this.#maxMw, this.#twiceNj];
    const pairs = this.#at >> 1;
    for (let n = 0; n < pairs; n++) {
      min[n] = lower(min[2 * n]!, min[2 * n + 1]!);
      max[n] = higher(max[2 * n]!, max[2 * n + 1]!);
      energy[n] = energy[2 * n + 1]!;
    }
    if (this.#at % 2 === 1) {
      const odd = this.#at - 1;
      if (min[odd]! < this.#lowMw) this.#lowMw = min[odd]!;
      if (max[odd]! > this.#highMw) this.#highMw = max[odd]!;
    }
    this.#at = pairs;
  }

  /** Drops the first `intervals`, which are complete; what is added from now on counts its instants from behind them. */
  forget(intervals: number, intervalUs: number): void {
    for (const column of [this.#minMw, this.#maxMw, this.#twiceNj]) column.copyWithin(0, intervals, this.#at);
    this.#at -= intervals;
    this.#lastUs -= intervals * intervalUs;
  }

  /** A copy of `count` intervals, the one under way as it stands. */
  envelope(count: number, first = 0): Envelope {
    const minMw = this.#minMw.slice(first, first + count);
    const maxMw = this.#maxMw.slice(first, first + count);
    const energyJ = new Float64Array(count + 1);
    if (first > 0) energyJ[0] = this.#twiceNj[first - 1]! * joulesPerHalfNj;
    const complete = Math.min(this.#at - first, count);
    for (let n = 0; n < complete; n++) energyJ[n + 1] = this.#twiceNj[first + n]! * joulesPerHalfNj;
    if (complete >= 0 && complete < count) {
      minMw[complete] = this.#lowMw > this.#highMw ? Number.NaN : this.#lowMw;
      maxMw[complete] = this.#lowMw > this.#highMw ? Number.NaN : this.#highMw;
      energyJ[complete + 1] = this.#nowTwiceNj * joulesPerHalfNj;
    }
    return { minMw, maxMw, energyJ };
  }

  #complete(): void {
    const isEmpty = this.#lowMw > this.#highMw;
    this.#minMw[this.#at] = isEmpty ? Number.NaN : this.#lowMw;
    this.#maxMw[this.#at] = isEmpty ? Number.NaN : this.#highMw;
    this.#twiceNj[this.#at] = this.#nowTwiceNj;
    this.#at++;
  }
}

/** NaN is nothing. */
export const lower = (a: number, b: number): number => (a < b || Number.isNaN(b) ? a : b);
export const higher = (a: number, b: number): number => (a > b || Number.isNaN(b) ? a : b);
