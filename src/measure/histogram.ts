/**
 * Counts integers, so that any quantile can be told afterwards, in memory that does not grow with their number.
 * Whole values are kept exactly from -2^15 to 2^20 (in mW: -32 W to 1048 W; in µs: to 1.05 s), beyond that with a
 * relative error of at most 2^-15. Values are numbers that hold integers, up to ±2^53.
 */
export class Histogram {
  #count = 0;
  #negativeCount = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  readonly #positive = new Bins(20);
  readonly #negative = new Bins(15);

  get count(): number {
    return this.#count;
  }

  /** Null where nothing was counted. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min;
  }

  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** Counts `column[0 … count-1]`. */
  addColumn(column: Int32Array | Float64Array, count: number): void {
    let min = this.#min;
    let max = this.#max;
    const bins = this.#positive;
    for (let n = 0; n < count; n++) {
      const value = column[n]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (value >= 0) bins.add(value);
      else this.#addNegative(-value);
    }
    this.#min = min;
    this.#max = max;
    this.#count += count;
  }

  add(value: number): void {
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value >= 0) this.#positive.add(value);
    else this.#addNegative(-value);
    this.#count++;
  }

  /**
   * The quantile at `share` (0 … 1), linear between the order statistics beside it (Hyndman and Fan's type 7, which
   * numpy and R take by default). Null where nothing was counted.
   */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    const position = share * (this.#count - 1);
    const below = Math.floor(position);
    const low = this.#orderStatistic(below);
    if (below === position) return low;
    return low + (position - below) * (this.#orderStatistic(below + 1) - low);
  }

  /** How many values lie above `limit`, and their sum. */
  above(limit: number): { count: number; sum: number } {
    let count = 0;
    let sum = 0;
    const tally = (value: number, times: number): void => {
      if (value <= limit) return;
      count += times;
      sum += times * value;
    };
    this.#negative.each((magnitude, times) => tally(-magnitude, times));
    this.#positive.each(tally);
    return { count, sum };
  }

  #addNegative(magnitude: number): void {
    this.#negative.add(magnitude);
    this.#negativeCount++;
  }

  #orderStatistic(rank: number): number {
    const negative = this.#negativeCount;
    const value =
      rank < negative
        ? -this.#negative.orderStatistic(negative - 1 - rank)
        : this.#positive.orderStatistic(rank - negative);
    return Math.min(Math.max(value, this.#min), this.#max);
  }
}

const pageBits = 12;
const pageSize = 1 << pageBits;

/** Counters of magnitudes: one a value below 2^exactBits, 2^14 an octave above. Pages come into being when hit. */
class Bins {
  readonly #exact: number;
  readonly #exactBits: number;
  readonly #pages: (Uint32Array | undefined)[];
  /** How many values each page counts, so that a quantile passes over pages instead of through them. */
  readonly #totals: Float64Array;

  constructor(exactBits: number) {
    this.#exactBits = exactBits;
    this.#exact = 2 ** exactBits;
    const pages = ((this.#exact + (53 - exactBits) * octaveBins) >> pageBits) + 1;
    this.#pages = Array.from({ length: pages });
    this.#totals = new Float64Array(pages);
  }

  add(magnitude: number): void {
    const bin = magnitude < this.#exact ? magnitude | 0 : this.#coarseBin(magnitude);
    const number = bin >> pageBits;
    const page = this.#pages[number] ?? this.#newPage(number);
    page[bin & (pageSize - 1)]!++;
    this.#totals[number]!++;
  }

  /** The magnitude that `rank` others are not above. */
  orderStatistic(rank: number): number {
    let left = rank;
    for (let number = 0; ; number++) {
      const total = this.#totals[number]!;
      if (left >= total) {
        left -= total;
        continue;
      }
      const page = this.#pages[number]!;
      let n = 0;
      while (left >= page[n]!) left -= page[n++]!;
      return this.#valueOf(number * pageSize + n);
    }
  }

  each(visit: (magnitude: number, times: number) => void): void {
    this.#pages.forEach((page, number) => {
      if (!page) return;
      for (let n = 0; n < pageSize; n++)
        if (page[n]! > 0) visit(this.#valueOf(number * pageSize + n), page[n]!);
    });
  }

  #newPage(number: number): Uint32Array {
    const page = new Uint32Array(pageSize);
    this.#pages[number] = page;
    return page;
  }

  #coarseBin(magnitude: number): number {
    const octave = Math.min(Math.floor(Math.log2(magnitude)), 52);
    const within = Math.floor((magnitude / 2 ** octave - 1) * octaveBins);
    const clamped = Math.min(Math.max(within, 0), octaveBins - 1);
    return this.#exact + (octave - this.#exactBits) * octaveBins + clamped;
  }

  /** The middle of a bin. */
  #valueOf(bin: number): number {
    if (bin < this.#exact) return bin;
    const coarse = bin - this.#exact;
    const octave = Math.floor(coarse / octaveBins) + this.#exactBits;
    return (1 + ((coarse % octaveBins) + 0.5) / octaveBins) * 2 ** octave;
  }
}

const octaveBins = 2 ** 14;
