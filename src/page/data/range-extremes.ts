import { higher, lower } from '../../draw/series-builder.js';

/** How many entries of a level are one of the next. */
const factor = 8;

export interface Extremes {
  readonly minMw: number;
  readonly maxMw: number;
}

interface Level {
  readonly minMw: Float32Array;
  readonly maxMw: Float32Array;
}

/** Extremes of any stretch of a row of powers, in a few steps however long it is. NaN is nothing. */
export class RangeExtremes {
  readonly #levels: Level[];

  /** Both may be the same. */
  constructor(minMw: Float32Array, maxMw: Float32Array) {
    this.#levels = [{ minMw, maxMw }];
    while (this.#levels.at(-1)!.minMw.length > factor) this.#levels.push(coarser(this.#levels.at(-1)!));
  }

  /** Of entries `first … behind-1`; NaN where they hold nothing. */
  between(first: number, behind: number): Extremes {
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

function coarser({ minMw, maxMw }: Level): Level {
  const count = Math.ceil(minMw.length / factor);
  const level = {
    minMw: new Float32Array(count).fill(Number.NaN),
    maxMw: new Float32Array(count).fill(Number.NaN),
  };
  for (let n = 0; n < minMw.length; n++) {
    const k = Math.floor(n / factor);
    level.minMw[k] = lower(minMw[n]!, level.minMw[k]!);
    level.maxMw[k] = higher(maxMw[n]!, level.maxMw[k]!);
  }
  return level;
}
