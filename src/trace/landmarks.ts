import type { PartFacts } from '../measure/part-facts.js';
import { gapJ, type PowersAround } from '../measure/uncertainty.js';
import { LandmarkedTrace, type ReadRows, type Stretch } from './landmarked-trace.js';
import { copySums, endsOf, newSums, type RunningSums } from './span-end.js';

type Column = Int32Array | Float64Array | Float32Array;

/** A long spacing, and the powers at its ends by series. */
interface OwnGap {
  readonly lengthUs: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Samples from one landmark to the next: as many are read, twice, at each end of a span. */
const samplesBetween = 4096;
/** Gaps whose surroundings are known beyond the components; of more, the power lay between their ends. */
const mostGaps = 10_000;

/**
 * Sums at many places of a recording, so that any span of it is evaluated from the samples at its two ends, as exactly as a pass over
 * all of them would. Powers by any number of series, of which the components come first.
 */
export class Landmarks {
  readonly #series: number;
  readonly #gapLimitUs: () => number;
  readonly #stretches: Stretch[] = [];
  readonly #sums: RunningSums;
  readonly #lastMw: Float64Array;
  #lowMw: Float64Array;
  #highMw: Float64Array;
  #samples = 0;
  #lastUs = 0;
  #limitUs = 0;
  /** The longest spacing that was taken for none, and the shortest that was taken for a gap. */
  #longestUs = 0;
  #shortestGapUs = Number.POSITIVE_INFINITY;
  /** By the instant at which each begins. */
  readonly #gaps = new Map<number, OwnGap>();

  /** @param gapLimitUs as it is known by now */
  constructor(series: number, gapLimitUs: () => number) {
    this.#series = series;
    this.#gapLimitUs = gapLimitUs;
    this.#sums = newSums(series);
    this.#lastMw = new Float64Array(series);
    this.#lowMw = new Float64Array(series).fill(Number.POSITIVE_INFINITY);
    this.#highMw = new Float64Array(series).fill(Number.NEGATIVE_INFINITY);
  }

  /** Takes the next rows. */
  add(timeUs: Float64Array, powersMw: readonly Column[], count: number): void {
    for (let row = 0; row < count; ) {
      const room = samplesBetween - (this.#samples % samplesBetween);
      const behind = Math.min(row + room, count);
      // To ask costs as much as a few hundred samples.
      if (this.#samples % samplesBetween === 0) this.#limitUs = this.#gapLimitUs();
      this.#addRows(timeUs, powersMw, row, behind, this.#limitUs);
      row = behind;
      if (this.#samples % samplesBetween === 0) this.#set();
    }
  }

  /** Whether gaps were told from spacings as they are now that all is known; otherwise all has to be added anew. */
  isSound({ gapLimitUs }: PartFacts): boolean {
    return this.#longestUs <= gapLimitUs && gapLimitUs < this.#shortestGapUs;
  }

  /**
   * When all was added.
   * @param names of all series
   * @param facts of the components; what lies around a gap is known of these alone, of other series their powers at its ends
   */
  finish(names: readonly string[], facts: PartFacts, read: ReadRows): LandmarkedTrace {
    if (this.#samples % samplesBetween !== 0) this.#set();
    const gaps = new Map<number, PowersAround>();
    const known = [...facts.gaps].sort(([a], [b]) => a - b);
    const added = new Float64Array(this.#series);
    let next = 0;
    for (const { end } of this.#stretches) {
      for (; next < known.length && known[next]![0] < end.lastUs; next++) {
        const [startUs, around] = known[next]!;
        const own = this.#gaps.get(startUs);
        if (!own) continue;
        const ends = endsOf(Float64Array.from(own.before), Float64Array.from(own.after));
        const whole = withSurroundings(ends, around);
        gaps.set(startUs, whole);
        for (let c = 0; c < added.length; c++)
          added[c]! += gapJ(whole, c, own.lengthUs) - gapJ(ends, c, own.lengthUs);
      }
      for (let c = 0; c < added.length; c++) end.sums.gapsJ[c]! += added[c]!;
    }
    return new LandmarkedTrace({ ...facts, components: names, gaps }, this.#stretches, read);
  }

  #addRows(
    timeUs: Float64Array,
    powersMw: readonly Column[],
    from: number,
    behind: number,
    limitUs: number,
  ): void {
    if (this.#samples === 0) {
      this.#lastUs = timeUs[from]!;
      for (let c = 0; c < this.#series; c++) this.#lastMw[c] = powersMw[c]![from]!;
    }
    let lastUs = this.#lastUs;
    for (let row = from; row < behind; row++) {
      const lengthUs = timeUs[row]! - lastUs;
      if (lengthUs > limitUs) this.#noteGap(lastUs, lengthUs, powersMw, row, row === from);
      else if (lengthUs > this.#longestUs) this.#longestUs = lengthUs;
      lastUs = timeUs[row]!;
    }
    for (let c = 0; c < this.#series; c++) this.#addSeries(c, timeUs, powersMw[c]!, from, behind, limitUs);
    this.#lastUs = lastUs;
    this.#samples += behind - from;
  }

  #addSeries(
    c: number,
    timeUs: Float64Array,
    powerMw: Column,
    from: number,
    behind: number,
    limitUs: number,
  ): void {
    const { energyNj, lostNj, stepSquares } = this.#sums;
    let [lastUs, lastMw, low, high] = [this.#lastUs, this.#lastMw[c]!, this.#lowMw[c]!, this.#highMw[c]!];
    let [energy, lost, squares] = [energyNj[c]!, lostNj[c]!, stepSquares[c]!];
    for (let row = from; row < behind; row++) {
      const mw = powerMw[row]!;
      const us = timeUs[row]!;
      const lengthUs = us - lastUs;
      // As `addEnergy` does, which would cost as much again here.
      const spacingNj = ((lastMw + mw) / 2) * lengthUs;
      const after = energy + spacingNj;
      const added = after - energy;
      lost += energy - (after - added) + (spacingNj - added);
      energy = after;
      if (lengthUs <= limitUs) {
        const step = (mw - lastMw) * lengthUs;
        squares += step * step;
      }
      if (mw < low) low = mw;
      if (mw > high) high = mw;
      lastMw = mw;
      lastUs = us;
    }
    [this.#lastMw[c], this.#lowMw[c], this.#highMw[c]] = [lastMw, low, high];
    [energyNj[c], lostNj[c], stepSquares[c]] = [energy, lost, squares];
  }

  #noteGap(
    startUs: number,
    lengthUs: number,
    powersMw: readonly Column[],
    row: number,
    isFirst: boolean,
  ): void {
    if (lengthUs < this.#shortestGapUs) this.#shortestGapUs = lengthUs;
    this.#sums.gapsUs += lengthUs;
    const before = powersMw.map((column, c) => (isFirst ? this.#lastMw[c]! : column[row - 1]!));
    const after = powersMw.map((column) => column[row]!);
    const ends = endsOf(Float64Array.from(before), Float64Array.from(after));
    for (let c = 0; c < this.#series; c++) this.#sums.gapsJ[c]! += gapJ(ends, c, lengthUs);
    if (this.#gaps.size < mostGaps) this.#gaps.set(startUs, { lengthUs, before, after });
  }

  #set(): void {
    this.#stretches.push({
      end: {
        samples: this.#samples,
        lastUs: this.#lastUs,
        lastMw: this.#lastMw.slice(),
        sums: copySums(this.#sums),
      },
      lowMw: this.#lowMw,
      highMw: this.#highMw,
    });
    this.#lowMw = new Float64Array(this.#series).fill(Number.POSITIVE_INFINITY);
    this.#highMw = new Float64Array(this.#series).fill(Number.NEGATIVE_INFINITY);
  }
}

/** The components' powers were looked at within a second of the gap; those of other series are known at its ends. */
const withSurroundings = (ends: PowersAround, { low, high }: PowersAround): PowersAround => ({
  ...ends,
  low: ends.low.map((mw, c) => low[c] ?? mw),
  high: ends.high.map((mw, c) => high[c] ?? mw),
});
