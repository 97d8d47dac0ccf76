import type { Envelopes } from '../../../../draw/envelope.js';
import { SeriesBuilder } from '../../../../draw/series-builder.js';

/**
 * Makes envelopes of the latest samples, at one interval however long the recording gets, in memory that does not grow: the oldest
 * intervals are dropped.
 */
export class RecentEnvelope {
  readonly intervalUs: number;
  readonly #series: number;
  /** At least as many intervals are there, once they have been. */
  readonly #kept: number;
  #builders: readonly SeriesBuilder[];
  /** Where the builders' first interval begins. */
  #originUs = 0;
  #firstUs = Number.NaN;
  #lastUs = Number.NaN;
  #relativeUs = new Float64Array(0);

  /** @param series how many */
  constructor(series: number, intervalUs: number, kept: number) {
    this.intervalUs = intervalUs;
    this.#series = series;
    this.#kept = kept;
    this.#builders = this.#newBuilders();
  }

  /** What it knows begins here. */
  get startUs(): number {
    return this.#originUs;
  }

  /**
   * Adds rows `0 … count-1`, in order.
   * @param powersMw by series
   * @param gapLimitUs longer spacings are gaps as far as is known by now
   */
  add(timeUs: Float64Array, powersMw: readonly Float64Array[], count: number, gapLimitUs: number): void {
    for (let from = 0; from < count; ) {
      const fullUs = this.#originUs + 2 * this.#kept * this.intervalUs;
      let behind = from;
      while (behind < count && timeUs[behind]! < fullUs) behind++;
      if (behind === from)
        this.#forget(
          timeUs[from]!,
          powersMw.map((column) => column[from]!),
          gapLimitUs,
        );
      else this.#addRows(timeUs, powersMw, from, behind, gapLimitUs);
      from = behind;
    }
  }

  /** The intervals that two instants touch, as far as there are any. */
  window(fromUs: number, toUs: number): Envelopes {
    const at = (us: number): number => (us - this.#originUs) / this.intervalUs;
    const made = Number.isNaN(this.#lastUs) ? 0 : Math.floor(at(this.#lastUs)) + 1;
    const first = Math.min(Math.max(Math.floor(at(fromUs)), 0), made);
    const count = Math.max(Math.min(Math.ceil(at(toUs)), made) - first, 0);
    const startUs = this.#originUs + first * this.intervalUs;
    return {
      grid: {
        ...{ startUs, intervalUs: this.intervalUs, count },
        ...(made > 0 && { reach: { firstUs: this.#firstUs, lastUs: this.#lastUs } }),
      },
      series: this.#builders.map((each) => each.intervals(first, count)),
    };
  }

  #addRows(
    timeUs: Float64Array,
    powersMw: readonly Float64Array[],
    from: number,
    behind: number,
    gapLimitUs: number,
  ): void {
    const count = behind - from;
    if (this.#relativeUs.length < count) this.#relativeUs = new Float64Array(count);
    for (let row = 0; row < count; row++) this.#relativeUs[row] = timeUs[from + row]! - this.#originUs;
    this.#builders.forEach((each, n) => {
      const powers = powersMw[n]!.subarray(from, behind);
      each.add(this.#relativeUs, powers, count, this.intervalUs, gapLimitUs);
    });
    if (Number.isNaN(this.#firstUs)) this.#firstUs = timeUs[from]!;
    this.#lastUs = timeUs[behind - 1]!;
  }

  /** Makes room for a sample, with as many intervals before it as are to be kept. */
  #forget(us: number, powersMw: readonly number[], gapLimitUs: number): void {
    const { intervalUs } = this;
    const originUs = (Math.floor(us / intervalUs) - this.#kept) * intervalUs;
    const [lastUs, before] = [this.#lastUs, this.#builders];
    if (lastUs >= originUs) {
      for (const each of before) each.forget((originUs - this.#originUs) / intervalUs, intervalUs);
      this.#originUs = originUs;
      return;
    }
    this.#builders = this.#newBuilders();
    this.#originUs = originUs;
    if (!(us - lastUs <= gapLimitUs)) return;
    // Of the line that comes from what is forgotten, its first point that is kept.
    const share = (originUs - lastUs) / (us - lastUs);
    const point = powersMw.map((mw, n) =>
      Float64Array.of(before[n]!.lastMw + (mw - before[n]!.lastMw) * share),
    );
    this.#addRows(Float64Array.of(originUs), point, 0, 1, gapLimitUs);
  }

  #newBuilders(): SeriesBuilder[] {
    return Array.from({ length: this.#series }, () => new SeriesBuilder(2 * this.#kept, true));
  }
}
