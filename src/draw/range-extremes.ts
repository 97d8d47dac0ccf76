/** How many entries of a level are one of the next. */
const factor = 8;

export interface Extremes {
  readonly minMw: number;
  readonly maxMw: number;
}

interface Level {
  readonly minMw: Float32Array;
  readonly maxMw: Float32Array;
  /** So many of its entries are made. */
  count: number;
}

/** Extremes of any stretch of a row of powers, in a few steps however long it is. NaN is nothing. */
export class RangeExtremes {
  readonly #levels: Level[];
  #isMade = false;

  /**
   * Both rows may be the same.
   * @param count so many of their entries are there by now
   */
  constructor(minMw: Float32Array, maxMw: Float32Array, count = minMw.length) {
    this.#levels = [{ minMw, maxMw, count }];
    for (let { length } = minMw; length > factor; ) {
      length = Math.floor(length / factor);
      this.#levels.push({ minMw: new Float32Array(length), maxMw: new Float32Array(length), count: 0 });
    }
    this.grow(count);
  }

  /** So many entries are there by now; those that were there before are what they were. */
  grow(count: number): void {
    let finer = this.#levels[0]!;
    if (finer.count === count && this.#isMade) return;
    this.#isMade = true;
    finer.count = count;
    for (const level of this.#levels.slice(1)) {
      const whole = Math.min(Math.floor(finer.count / factor), level.minMw.length);
      for (let n = level.count; n < whole; n++) {
        const { minMw, maxMw } = scan(finer, n * factor, (n + 1) * factor);
        level.minMw[n] = minMw;
        level.maxMw[n] = maxMw;
      }
      level.count = whole;
      finer = level;
    }
  }

  /** The entries have become others. */
  forget(): void {
    for (const level of this.#levels) level.count = 0;
    this.#isMade = false;
  }

  /** Of entries `first … behind-1`, which are there; NaN where they hold nothing. */
  between(first: number, behind: number): Extremes {
    // As in most columns of a picture of samples.
    if (behind - first < 2 * factor) return scan(this.#levels[0]!, first, behind);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [from, to] = [first, behind];
    for (const { minMw, maxMw } of this.#levels) {
      if (from >= to) break;
      // What does not make up whole entries of the next level, at both ends; all of it where there is none.
      const isLast = minMw.length <= factor;
      const inner = isLast ? to : Math.min(Math.ceil(from / factor) * factor, to);
      for (let n = from; n < inner; n++) {
        if (minMw[n]! < low) low = minMw[n]!;
        if (maxMw[n]! > high) high = maxMw[n]!;
      }
      const outer = isLast ? to : Math.max(Math.floor(to / factor) * factor, inner);
      for (let n = outer; n < to; n++) {
        if (minMw[n]! < low) low = minMw[n]!;
        if (maxMw[n]! > high) high = maxMw[n]!;
      }
      [from, to] = [inner / factor, outer / factor];
      if (isLast || inner === outer) break;
    }
    return low > high ? { minMw: Number.NaN, maxMw: Number.NaN } : { minMw: low, maxMw: high };
  }
}

function scan({ minMw, maxMw }: Level, from: number, behind: number): Extremes {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = from; n < behind; n++) {
    if (minMw[n]! < low) low = minMw[n]!;
    if (maxMw[n]! > high) high = maxMw[n]!;
  }
  return low > high ? { minMw: Number.NaN, maxMw: Number.NaN } : { minMw: low, maxMw: high };
}
