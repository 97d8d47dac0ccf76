import type { PageExcursion } from '../../draw/page-data.js';

/** Samples that are looked at together. */
const blockSamples = 64;
/** So many blocks on each side say what the power around one is. */
const around = 8;
/** Of each series, at most. */
const mostEach = 20;
const candidatesKept = 256;

interface Block {
  /** Number of the stretch between gaps that it lies in. */
  stretch: number;
  meanMw: number;
  minMw: number;
  maxMw: number;
  minUs: number;
  maxUs: number;
}

interface Candidate extends PageExcursion {
  readonly block: number;
  /** What of the excess is more than the power around it does anyway. */
  readonly rankMw: number;
}

/**
 * Finds where a power stood out from the power around it, however briefly: by the medians of the means before and behind, so that
 * a step to another level is none, and by how far extremes usually lie from means there, so that mere noise comes last. Beside an end
 * of the recording or a gap nobody knows the power on one side, and nothing is said.
 */
export class ExcursionFinder {
  readonly #series: readonly SeriesExcursions[];
  #endUs = Number.NaN;

  constructor(names: readonly string[]) {
    this.#series = names.map((name) => new SeriesExcursions(name));
  }

  /**
   * @param intervalUs of means, whose `timeUs` are their middles; null of samples
   * @param gapLimitUs between samples, or from the end of a mean to the begin of the next
   */
  add(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array)[],
    count: number,
    { intervalUs, gapLimitUs }: { readonly intervalUs: Float64Array | null; readonly gapLimitUs: number },
  ): void {
    let from = 0;
    for (let row = 0; row < count; row++) {
      const lengthUs = intervalUs ? intervalUs[row]! : 0;
      const beginUs = timeUs[row]! - Math.floor(lengthUs / 2);
      const isBehindGap = beginUs - this.#endUs > gapLimitUs;
      this.#endUs = beginUs + lengthUs;
      if (!isBehindGap) continue;
      this.#addRows(timeUs, powersMw, from, row);
      for (const series of this.#series) series.endStretch();
      from = row;
    }
    this.#addRows(timeUs, powersMw, from, count);
  }

  #addRows(
    timeUs: Float64Array,
    powersMw: readonly (Int32Array | Float64Array)[],
    from: number,
    to: number,
  ): void {
    this.#series.forEach((series, n) => {
      series.add(timeUs, powersMw[n]!, from, to);
    });
  }

  /** The largest first; nothing more is added. */
  finish(): PageExcursion[] {
    return this.#series.flatMap((series) => series.finish()).sort(byExcess);
  }

  /** Those that were judged by now: where a power stands out is known when as much as before has come behind it. */
  get soFar(): PageExcursion[] {
    return this.#series.flatMap((series) => series.soFar).sort(byExcess);
  }
}

class SeriesExcursions {
  readonly #name: string;
  /** The blocks that the one in the middle is held against. */
  readonly #ring: Block[] = [];
  #blocks = 0;
  #stretch = 0;
  #candidates: Candidate[] = [];
  #leastMw = 0;
  readonly #sorted = new Float64Array(2 * around);

  #count = 0;
  #sumMw = 0;
  #minMw = Number.POSITIVE_INFINITY;
  #maxMw = Number.NEGATIVE_INFINITY;
  #minUs = 0;
  #maxUs = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes rows `first … behind-1`, which lie in one stretch. */
  add(timeUs: Float64Array, powerMw: Int32Array | Float64Array, first: number, behind: number): void {
    for (let from = first; from < behind; ) {
      const to = Math.min(behind, from + blockSamples - this.#count);
      let [sum, low, high, lowAt, highAt] = [this.#sumMw, this.#minMw, this.#maxMw, -1, -1];
      for (let row = from; row < to; row++) {
        const mw = powerMw[row]!;
        sum += mw;
        if (mw < low) {
          low = mw;
          lowAt = row;
        }
        if (mw > high) {
          high = mw;
          highAt = row;
        }
      }
      [this.#sumMw, this.#minMw, this.#maxMw] = [sum, low, high];
      if (lowAt >= 0) this.#minUs = timeUs[lowAt]!;
      if (highAt >= 0) this.#maxUs = timeUs[highAt]!;
      this.#count += to - from;
      from = to;
      if (this.#count === blockSamples) this.#close();
    }
  }

  endStretch(): void {
    if (this.#count > 0) this.#close();
    this.#stretch++;
  }

  finish(): PageExcursion[] {
    if (this.#count > 0) this.#close();
    for (let left = Math.min(around, this.#blocks); left > 0; left--) this.#judge(this.#blocks - left);
    return this.soFar;
  }

  get soFar(): PageExcursion[] {
    const accepted: Candidate[] = [];
    for (const each of this.#candidates.sort(byRank)) {
      if (accepted.length === mostEach) break;
      const isNear = (other: Candidate) =>
        other.excessMw > 0 === each.excessMw > 0 && Math.abs(other.block - each.block) <= around;
      if (!accepted.some(isNear)) accepted.push(each);
    }
    return accepted.map(({ block, rankMw, ...excursion }) => excursion);
  }

  #close(): void {
    const block: Block = {
      stretch: this.#stretch,
      meanMw: this.#sumMw / this.#count,
      minMw: this.#minMw,
      maxMw: this.#maxMw,
      minUs: this.#minUs,
      maxUs: this.#maxUs,
    };
    this.#ring[this.#blocks % (2 * around + 1)] = block;
    this.#blocks++;
    this.#count = 0;
    this.#sumMw = 0;
    this.#minMw = Number.POSITIVE_INFINITY;
    this.#maxMw = Number.NEGATIVE_INFINITY;
    if (this.#blocks > around) this.#judge(this.#blocks - 1 - around);
  }

  /** Holds block `n` against those around it in its stretch, which the ring still has; where a side has none, against nothing. */
  #judge(n: number): void {
    const block = this.#at(n);
    let [first, behind] = [n, n + 1];
    while (first > Math.max(0, n - around) && this.#at(first - 1).stretch === block.stretch) first--;
    while (behind < Math.min(this.#blocks, n + around + 1) && this.#at(behind).stretch === block.stretch)
      behind++;
    if (first === n || behind === n + 1) return;
    const mean = ({ meanMw }: Block) => meanMw;
    const sides = [this.#median(first, n, n, mean), this.#median(n + 1, behind, n, mean)];
    const up = block.maxMw - Math.max(...sides);
    const down = Math.min(...sides) - block.minMw;
    if (up > this.#leastMw)
      this.#keep(
        n,
        { atUs: block.maxUs, powerMw: block.maxMw, excessMw: up },
        this.#median(first, behind, n, ({ maxMw, meanMw }) => maxMw - meanMw),
      );
    if (down > this.#leastMw)
      this.#keep(
        n,
        { atUs: block.minUs, powerMw: block.minMw, excessMw: -down },
        this.#median(first, behind, n, ({ minMw, meanMw }) => meanMw - minMw),
      );
  }

  #keep(block: number, found: Omit<PageExcursion, 'series'>, usualMw: number): void {
    const rankMw = Math.abs(found.excessMw) - usualMw;
    if (!(rankMw > this.#leastMw)) return;
    this.#candidates.push({ series: this.#name, ...found, block, rankMw });
    if (this.#candidates.length < 2 * candidatesKept) return;
    this.#candidates.sort(byRank).length = candidatesKept;
    this.#leastMw = this.#candidates.at(-1)!.rankMw;
  }

  #at(n: number): Block {
    return this.#ring[n % (2 * around + 1)]!;
  }

  /** Median over blocks, one of them left out. Sorted by insertion: they are few. */
  #median(first: number, behind: number, without: number, of: (block: Block) => number): number {
    const sorted = this.#sorted;
    let count = 0;
    for (let n = first; n < behind; n++) {
      if (n === without) continue;
      const value = of(this.#at(n));
      let at = count++;
      for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
      sorted[at] = value;
    }
    return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  }
}

const byExcess = (a: PageExcursion, b: PageExcursion): number => Math.abs(b.excessMw) - Math.abs(a.excessMw);

const byRank = (a: Candidate, b: Candidate): number => b.rankMw - a.rankMw;
