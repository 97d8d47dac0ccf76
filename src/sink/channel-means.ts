import { missingValue } from '../board/frame.js';

/** What becomes of one channel in the intervals of a grid. Columns are as a block has them. */
export interface IntervalChannel {
  /** An index into the board's fields. */
  readonly channel: number;
  /** The first sample behind nothing, or a gap. */
  begin(column: Int32Array, row: number): void;
  /** Samples that lie in the interval under way, each so far behind the one before it. */
  take(column: Int32Array, from: number, to: number, stepsUs: Float64Array): void;
  /** A sample behind the interval's end, which lies between it and the one before. */
  leave(column: Int32Array, row: number, beforeUs: number, wholeUs: number): void;
  /** The sample that left the interval before, in the next one. */
  enter(column: Int32Array, row: number): void;
  /** Ends the interval, and writes it to a row of `out`. Of one sample alone it is that sample. */
  close(out: Int32Array, row: number, alone: boolean): void;
}

/** A mean over time. Integrals are doubled, in the channel's units × µs: whole numbers where no interval cuts them. */
export class ChannelMean implements IntervalChannel {
  #last = 0;
  #integral = 0;
  /** How long the integral is over: less than the interval where the probe was not connected. */
  #spanUs = 0;
  /** Of a spacing that an interval's end cuts, what lies behind it. */
  #rest = { integral: 0, spanUs: 0 };
  #carry = 0;

  /** What a sample without a probe reads; nothing where the channel has none. */
  readonly #missing: number;

  /**
   * @param carries What rounding takes from an interval is given to the next, so that the energy of all stays that of the
   * samples.
   */
  constructor(
    readonly channel: number,
    mayBeMissing: boolean,
    readonly carries: boolean,
  ) {
    this.#missing = mayBeMissing ? missingValue : Number.NaN;
  }

  begin(column: Int32Array, row: number): void {
    this.#last = column[row]!;
  }

  take(column: Int32Array, from: number, to: number, stepsUs: Float64Array): void {
    const missing = this.#missing;
    let last = this.#last;
    let integral = this.#integral;
    let spanUs = this.#spanUs;
    for (let row = from; row < to; row++) {
      const value = column[row]!;
      if (last !== missing && value !== missing) {
        integral += (last + value) * stepsUs[row]!;
        spanUs += stepsUs[row]!;
      }
      last = value;
    }
    this.#last = last;
    this.#integral = integral;
    this.#spanUs = spanUs;
  }

  leave(column: Int32Array, row: number, beforeUs: number, wholeUs: number): void {
    const [last, value] = [this.#last, column[row]!];
    this.#rest = { integral: 0, spanUs: 0 };
    if (last === this.#missing || value === this.#missing) return;
    const before = (2 * last + ((value - last) * beforeUs) / wholeUs) * beforeUs;
    this.#integral += before;
    this.#spanUs += beforeUs;
    this.#rest = { integral: (last + value) * wholeUs - before, spanUs: wholeUs - beforeUs };
  }

  enter(column: Int32Array, row: number): void {
    this.#last = column[row]!;
    this.#integral = this.#rest.integral;
    this.#spanUs = this.#rest.spanUs;
  }

  close(out: Int32Array, row: number, alone: boolean): void {
    out[row] = alone ? this.#last : this.#spanUs > 0 ? this.#rounded() : missingValue;
    this.#integral = this.#spanUs = 0;
  }

  #rounded(): number {
    const integral = this.#integral + this.#carry;
    const mean = this.#integral / (2 * this.#spanUs);
    const carried = Math.round(integral / (2 * this.#spanUs));
    // What long intervals were rounded by is much for a short one, which takes no more of it than its own rounding.
    const value = Math.min(Math.max(carried, Math.floor(mean)), Math.ceil(mean));
    if (this.carries) this.#carry = integral - value * 2 * this.#spanUs;
    return value;
  }
}

/** Bits of 64: in an interval those are set that were in any of its samples. A row takes two words. */
export class ChannelBits implements IntervalChannel {
  #low = 0;
  #high = 0;

  constructor(readonly channel: number) {}

  begin(column: Int32Array, row: number): void {
    this.#set(column, row);
  }

  take(column: Int32Array, from: number, to: number): void {
    for (let row = from; row < to; row++) this.#set(column, row);
  }

  leave(): void {}

  enter(column: Int32Array, row: number): void {
    this.#set(column, row);
  }

  close(out: Int32Array, row: number): void {
    out[2 * row] = this.#low;
    out[2 * row + 1] = this.#high;
    this.#low = this.#high = 0;
  }

  #set(column: Int32Array, row: number): void {
    this.#low |= column[2 * row]!;
    this.#high |= column[2 * row + 1]!;
  }
}
