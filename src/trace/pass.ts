import type { PartFacts } from '../measure/part-facts.js';
import type { PowersAround } from '../measure/uncertainty.js';
import { type Boundary, boundariesOf, type Group, newGroup } from './boundaries.js';
import { Distributions } from './distributions.js';
import type { HistoryChunk } from './history.js';
import type { SpanGroup } from './span.js';
import {
  addEnergy,
  copySums,
  endsOf,
  newSums,
  pieceOf,
  type RunningSums,
  type SpanEnd,
  widen,
} from './span-end.js';
import { addUp, countSamples, type SpanSums } from './span-sums.js';

/** What is known of all samples up to one, so that a pass can go on from there. */
export interface Landmark {
  readonly samples: number;
  /** The last of them, and the powers then. */
  readonly lastUs: number;
  readonly lastMw: Float64Array;
  readonly sums: RunningSums;
}

/** How far back an end can look for the power around it. A power of two. */
const recentSamples = 1024;
/** Spans that are complete wait until as many are, at least. */
const settledAtOnce = 4096;

/**
 * Evaluates groups of spans over a recording in one pass, since it may be too long for memory and phases may nest and
 * repeat without end. Powers at the ends are interpolated; nothing is assumed of what lies before the first or behind the
 * last sample. The formulas stand in docs/uncertainty.md.
 */
export class Pass {
  readonly #components: number;
  readonly #groups: readonly Group[];
  readonly #boundaries: readonly Boundary[];
  readonly #distributions: Distributions;
  #next = 0;
  /** Groups within at least one of their spans. */
  readonly #active = new Set<Group>();
  /** Ends that still look at the samples behind them. */
  readonly #watching = new Set<SpanEnd>();
  #complete: { readonly sums: SpanSums; readonly start: SpanEnd; readonly end: SpanEnd }[] = [];
  #settleAt = settledAtOnce;

  #sums: RunningSums;
  #samples = 0;
  #lastUs = 0;
  readonly #lastMw: Float64Array;
  readonly #recentUs = new Float64Array(recentSamples);
  readonly #recentMw: readonly Float64Array[];

  readonly #facts: PartFacts;

  constructor(facts: PartFacts, groups: readonly SpanGroup[]) {
    this.#facts = facts;
    const components = facts.accuracy?.columns.length ?? facts.components.length;
    this.#components = components;
    this.#groups = groups.map((group) => newGroup(group, components));
    this.#boundaries = boundariesOf(groups, this.#groups);
    this.#distributions = new Distributions(components);
    this.#sums = newSums(components);
    this.#lastMw = new Float64Array(components);
    this.#recentMw = Array.from({ length: recentSamples }, () => new Float64Array(components));
  }

  /** The chunk is only read until this returns. */
  take(chunk: HistoryChunk): void {
    const { count, timeUs, powerMw } = chunk;
    const nowMw = new Float64Array(this.#components);
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      for (let c = 0; c < nowMw.length; c++) nowMw[c] = powerMw[c]![row]!;
      if (this.#samples === 0) {
        this.#lastUs = us;
        this.#lastMw.set(nowMw);
      }
      while (this.#next < this.#boundaries.length && this.#boundaries[this.#next]!.us <= us)
        this.#cross(this.#boundaries[this.#next++]!, us, nowMw, chunk, row);
      this.#advance(us, nowMw);
      if (this.#watching.size > 0) this.#watch(us, nowMw);
    }
    for (const group of this.#active) {
      this.#count(group, chunk, count);
      group.fromRow = 0;
    }
  }

  /** Whether an end still looks at the samples behind it, so that the next must not be passed over. */
  get isWatching(): boolean {
    return this.#watching.size > 0;
  }

  /**
   * Passes over samples in which no span begins or ends, up to a landmark.
   * @param extremes least and greatest powers among them, mW; none of a group's distribution is counted
   */
  passTo({ samples, lastUs, lastMw, sums }: Landmark, extremes: HistoryChunk): void {
    for (const group of this.#active) countSamples(group.sums, extremes, 0, extremes.count);
    this.#samples = samples;
    this.#lastUs = lastUs;
    this.#lastMw.set(lastMw);
    this.#sums = copySums(sums);
  }

  /** What was found, in the order of the groups. */
  finish(): SpanSums[] {
    // What reaches beyond the last sample ends with it.
    while (this.#samples > 0 && this.#next < this.#boundaries.length)
      this.#cross(this.#boundaries[this.#next++]!, this.#lastUs, this.#lastMw, noSamples, 0);
    this.#watching.clear();
    this.#settle();
    return this.#groups.map(({ sums }) => sums);
  }

  /** A boundary that lies at or before the sample at `us`, which is `row` of the chunk, and behind the one before it. */
  #cross(boundary: Boundary, us: number, nowMw: Float64Array, chunk: HistoryChunk, row: number): void {
    const { sought, begins } = boundary;
    const { group, span } = sought;
    const uncertaintyNs = begins ? span.startUncertaintyNs : span.endUncertaintyNs;
    const spanEnd = this.#endAt(boundary.us, uncertaintyNs / 1000, us, nowMw);
    this.#watching.add(spanEnd);
    if (begins) {
      sought.start = spanEnd;
      if (group.open++ > 0) return;
      this.#active.add(group);
      group.fromRow = row;
      return;
    }
    this.#complete.push({ sums: group.sums, start: sought.start!, end: spanEnd });
    sought.start = null;
    group.left--;
    if (--group.open === 0) {
      this.#count(group, chunk, row);
      this.#active.delete(group);
    }
    if (group.left === 0) this.#conclude(group);
    if (this.#complete.length >= this.#settleAt) this.#settle();
  }

  /** Counts the rows before `row` in an active group. */
  #count(group: Group, chunk: HistoryChunk, row: number): void {
    if (group.fromRow >= row) return;
    countSamples(group.sums, chunk, group.fromRow, row);
    if (!group.distribution) return;
    group.histograms ??= this.#distributions.take();
    group.histograms.forEach((histogram, c) => {
      histogram.addColumn(chunk.powerMw[c]!.subarray(group.fromRow, row), row - group.fromRow);
    });
  }

  /** No sample will be in this group any more. */
  #conclude(group: Group): void {
    if (!group.histograms) return;
    this.#distributions.giveBack(group.histograms).forEach((quantilesMw, c) => {
      group.sums.components[c]!.quantilesMw = quantilesMw;
    });
    group.histograms = null;
  }

  #endAt(wantedUs: number, uncertaintyUs: number, us: number, nowMw: Float64Array): SpanEnd {
    const atUs = Math.min(Math.max(wantedUs, this.#lastUs), us);
    const reachUs = this.#facts.instantUs + uncertaintyUs;
    const spanEnd: SpanEnd = {
      us: atUs,
      sample: this.#samples,
      leftUs: this.#lastUs,
      rightUs: us,
      leftMw: this.#lastMw.slice(),
      rightMw: nowMw.slice(),
      gap: this.#gapBefore(us, nowMw),
      sums: copySums(this.#sums),
      lowMw: nowMw.slice(),
      highMw: nowMw.slice(),
      untilUs: atUs + reachUs,
      awaited: 2,
      uncertaintyUs,
    };
    const oldest = Math.max(0, this.#samples - recentSamples);
    let before = 2;
    for (let n = this.#samples - 1; n >= oldest && before > 0; n--) {
      const slot = n % recentSamples;
      widen(spanEnd, this.#recentMw[slot]!);
      if (this.#recentUs[slot]! <= atUs - reachUs) before--;
    }
    return spanEnd;
  }

  #advance(us: number, nowMw: Float64Array): void {
    const sums = this.#sums;
    const lastMw = this.#lastMw;
    const lengthUs = us - this.#lastUs;
    const gap = this.#gapBefore(us, nowMw);
    if (gap) sums.gapsUs += lengthUs;
    for (let c = 0; c < nowMw.length; c++) {
      addEnergy(sums, c, ((lastMw[c]! + nowMw[c]!) / 2) * lengthUs);
      if (!gap) sums.stepSquares[c]! += ((nowMw[c]! - lastMw[c]!) * lengthUs) ** 2;
    }
    if (gap) {
      const spacing = { leftUs: this.#lastUs, rightUs: us, leftMw: lastMw, rightMw: nowMw, gap };
      for (let c = 0; c < nowMw.length; c++) sums.gapsJ[c]! += pieceOf(spacing, this.#lastUs, us, c).gapsJ;
    }
    const slot = this.#samples % recentSamples;
    this.#recentMw[slot]!.set(nowMw);
    this.#recentUs[slot] = us;
    lastMw.set(nowMw);
    this.#lastUs = us;
    this.#samples++;
  }

  #gapBefore(us: number, nowMw: Float64Array): PowersAround | null {
    if (us - this.#lastUs <= this.#facts.gapLimitUs) return null;
    return this.#facts.gaps.get(this.#lastUs) ?? endsOf(this.#lastMw, nowMw);
  }

  /** Shows a sample to the ends that are not over yet. */
  #watch(us: number, nowMw: Float64Array): void {
    for (const spanEnd of this.#watching) {
      widen(spanEnd, nowMw);
      if (us > spanEnd.untilUs && --spanEnd.awaited === 0) this.#watching.delete(spanEnd);
    }
  }

  /** Adds up what is complete, so that millions of marks need no memory. */
  #settle(): void {
    this.#complete = this.#complete.filter(({ sums, start, end }) => {
      if (this.#watching.has(start) || this.#watching.has(end)) return true;
      addUp(sums, start, end, this.#facts.instantUs);
      return false;
    });
    // Those that are left are looked at again when there are twice as many, not at each that comes.
    this.#settleAt = Math.max(settledAtOnce, 2 * this.#complete.length);
  }
}

const noSamples: HistoryChunk = { count: 0, timeUs: new Float64Array(0), powerMw: [] };
