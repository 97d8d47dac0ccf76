import type { PartFacts } from '../measure/collector.js';
import type { PowersAround } from '../measure/gaps.js';
import { copySums, type Edge, endsOf, newSums, pieceOf, widen } from './edge.js';
import { addUp, countSample, type GroupResult, newGroup } from './group.js';
import type { HistoryChunk } from './history.js';

/** A stretch of time, µs since the recording began, and how far its ends may be off by themselves. */
export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
  readonly startUncertaintyUs: number;
  readonly endUncertaintyUs: number;
}

/** Stretches that are added up: the command, or all times that a phase ran. */
export interface StretchGroup {
  readonly stretches: readonly Stretch[];
  /** Whether the distribution of the power is wanted too. */
  readonly distribution: boolean;
}

/**
 * Evaluates groups of stretches over a recording in one pass, since it may be too long for memory and phases may nest
 * and repeat without end. Powers at the ends are interpolated; nothing is assumed of what lies before the first or
 * behind the last sample. The formulas stand in docs/uncertainty.md.
 */
export async function evaluateStretches(
  chunks: AsyncIterable<HistoryChunk>,
  components: number,
  facts: PartFacts,
  groups: readonly StretchGroup[],
): Promise<GroupResult[]> {
  const pass = new Pass(components, facts, groups);
  for await (const chunk of chunks) pass.take(chunk);
  return pass.finish();
}

interface Boundary {
  readonly us: number;
  readonly group: number;
  readonly stretch: number;
  readonly begins: boolean;
}

/** How far back an end can look for the power around it. A power of two. */
const recentSamples = 1024;
/** Stretches that are complete wait until as many are, at least. */
const settledAtOnce = 4096;

class Pass {
  readonly #boundaries: readonly Boundary[];
  readonly #results: readonly GroupResult[];
  #next = 0;
  /** Starts of stretches whose end is still to come, by group and stretch. */
  readonly #starts: Map<number, Edge>[];
  /** Groups within at least one of their stretches. */
  #active: number[] = [];
  /** Ends that still look at the samples behind them. */
  readonly #watching = new Set<Edge>();
  #complete: { readonly group: number; readonly start: Edge; readonly end: Edge }[] = [];

  #settleAt = settledAtOnce;

  readonly #sums;
  #samples = 0;
  #lastUs = 0;
  readonly #lastMw: Float64Array;
  readonly #recentUs = new Float64Array(recentSamples);
  readonly #recentMw: readonly Float64Array[];

  constructor(
    private readonly components: number,
    private readonly facts: PartFacts,
    private readonly groups: readonly StretchGroup[],
  ) {
    this.#boundaries = groups
      .flatMap(({ stretches }, group) =>
        stretches.flatMap(({ startUs, endUs }, stretch) => [
          { us: startUs, group, stretch, begins: true },
          { us: endUs, group, stretch, begins: false },
        ]),
      )
      // At one instant what begins comes first: a point begins before it ends.
      .sort((a, b) => a.us - b.us || Number(b.begins) - Number(a.begins));
    this.#results = groups.map(({ distribution }) => newGroup(components, distribution));
    this.#starts = groups.map(() => new Map());
    this.#sums = newSums(components);
    this.#lastMw = new Float64Array(components);
    this.#recentMw = Array.from({ length: recentSamples }, () => new Float64Array(components));
  }

  take({ count, timeUs, powerMw }: HistoryChunk): void {
    const nowMw = new Float64Array(this.components);
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      for (let c = 0; c < nowMw.length; c++) nowMw[c] = powerMw[c]![row]!;
      if (this.#samples === 0) {
        this.#lastUs = us;
        this.#lastMw.set(nowMw);
      }
      while (this.#next < this.#boundaries.length && this.#boundaries[this.#next]!.us <= us)
        this.#cross(this.#boundaries[this.#next++]!, us, nowMw);
      this.#advance(us, nowMw);
      if (this.#watching.size > 0) this.#watch(us, nowMw);
      for (const group of this.#active) countSample(this.#results[group]!, nowMw);
    }
  }

  finish(): GroupResult[] {
    // What reaches beyond the last sample ends with it.
    while (this.#samples > 0 && this.#next < this.#boundaries.length)
      this.#cross(this.#boundaries[this.#next++]!, this.#lastUs, this.#lastMw);
    this.#watching.clear();
    this.#settle();
    return [...this.#results];
  }

  /** A boundary that lies at or before the sample at `us`, and behind the one before it. */
  #cross({ us: wantedUs, group, stretch, begins }: Boundary, us: number, nowMw: Float64Array): void {
    const { startUncertaintyUs, endUncertaintyUs } = this.groups[group]!.stretches[stretch]!;
    const edge = this.#edgeAt(wantedUs, begins ? startUncertaintyUs : endUncertaintyUs, us, nowMw);
    this.#watching.add(edge);
    const starts = this.#starts[group]!;
    if (begins) {
      if (starts.size === 0) this.#active.push(group);
      starts.set(stretch, edge);
      return;
    }
    this.#complete.push({ group, start: starts.get(stretch)!, end: edge });
    starts.delete(stretch);
    if (starts.size === 0) this.#active = this.#active.filter((each) => each !== group);
    if (this.#complete.length >= this.#settleAt) this.#settle();
  }

  #edgeAt(wantedUs: number, uncertaintyUs: number, us: number, nowMw: Float64Array): Edge {
    const atUs = Math.min(Math.max(wantedUs, this.#lastUs), us);
    const reachUs = this.facts.instantUs + uncertaintyUs;
    const edge: Edge = {
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
      const slot = n & (recentSamples - 1);
      widen(edge, this.#recentMw[slot]!);
      if (this.#recentUs[slot]! <= atUs - reachUs) before--;
    }
    return edge;
  }

  #advance(us: number, nowMw: Float64Array): void {
    const sums = this.#sums;
    const lastMw = this.#lastMw;
    const spacing = { leftUs: this.#lastUs, rightUs: us, leftMw: lastMw, rightMw: nowMw };
    const gap = this.#gapBefore(us, nowMw);
    const lengthUs = us - this.#lastUs;
    if (gap) sums.gapsUs += lengthUs;
    for (let c = 0; c < nowMw.length; c++) {
      sums.energyNj[c]! += ((lastMw[c]! + nowMw[c]!) / 2) * lengthUs;
      if (gap) sums.gapsJ[c]! += pieceOf({ ...spacing, gap }, this.#lastUs, us, c).gapsJ;
      else sums.stepSquares[c]! += ((nowMw[c]! - lastMw[c]!) * lengthUs) ** 2;
    }
    const slot = this.#samples & (recentSamples - 1);
    this.#recentMw[slot]!.set(nowMw);
    this.#recentUs[slot] = us;
    lastMw.set(nowMw);
    this.#lastUs = us;
    this.#samples++;
  }

  #gapBefore(us: number, nowMw: Float64Array): PowersAround | null {
    if (us - this.#lastUs <= this.facts.gapLimitUs) return null;
    return this.facts.gaps.get(this.#lastUs) ?? endsOf(this.#lastMw, nowMw);
  }

  /** Shows a sample to the ends that are not over yet. */
  #watch(us: number, nowMw: Float64Array): void {
    for (const edge of this.#watching) {
      widen(edge, nowMw);
      if (us > edge.untilUs && --edge.awaited === 0) this.#watching.delete(edge);
    }
  }

  /** Adds up what is complete, so that millions of marks need no memory. */
  #settle(): void {
    this.#complete = this.#complete.filter(({ group, start, end }) => {
      if (this.#watching.has(start) || this.#watching.has(end)) return true;
      addUp(this.#results[group]!, start, end, this.facts.instantUs);
      return false;
    });
    // Those that are left are looked at again when there are twice as many, not at each that comes.
    this.#settleAt = Math.max(settledAtOnce, 2 * this.#complete.length);
  }
}
