import type { Engine } from '../engine/engine.js';
import type { FaultKind } from '../stream/event.js';
import { Histogram } from './histogram.js';
import type { PowersAround } from './uncertainty.js';

/** Why samples lie apart: a fault, or `late` where none explains it: the host or the board was slow. */
export type GapCause = FaultKind | 'late';

/** A silence between two samples, and the powers around it by component, mW. */
export interface Gap {
  readonly startUs: number;
  readonly endUs: number;
  readonly cause: GapCause;
  /** Null before the first and behind the last sample, where one side is missing. */
  readonly around: PowersAround | null;
}

/** A gap that is still only a long spacing, and whose cause may still come to light. */
export interface Candidate extends Gap {
  cause: GapCause;
  /** Of the fault that is its cause; `late` has none. */
  causeRank: number;
  causeStartUs: number;
  /** A gap whatever its length: the machine slept in it, and the time axis stood still meanwhile. */
  slept?: boolean;
}

/** How many median spacings the shortest gap is. */
const medians = 5;
/** Shortest spacing that can be a gap, µs. */
export const gapFloorUs = 20_000;
/** The longest are listed, whatever happens. */
const mostGaps = 10_000;
const neighbourhoodUs = 1e6;
/** Of a neighbourhood at most this many samples count. A power of two. */
const neighbours = 4096;

/** A silence that nothing explains so far. */
export const silence = (startUs: number, endUs: number, around: PowersAround | null = null): Candidate => ({
  startUs,
  endUs,
  around,
  cause: 'late',
  causeRank: Number.POSITIVE_INFINITY,
  causeStartUs: Number.POSITIVE_INFINITY,
});

/** What a spacing must be longer than to be a gap, µs. */
export const gapLimitUs = (medianSpacingUs: number | null): number =>
  Math.max(gapFloorUs, medians * (medianSpacingUs ?? 0));

/**
 * Watches the spacings. What a gap is depends on the median of the whole recording, so every spacing over the floor is
 * a candidate, of which the longest are kept. Memory is bounded, and where blocks end makes no difference.
 */
export class SpacingWatch {
  readonly spacingsUs: Histogram;
  /** The silence before the first sample, if it is long. */
  leading: Candidate | undefined;
  #samples = 0;
  #firstUs = 0;
  #lastUs = 0;
  /** A heap, the shortest first. */
  readonly #kept: Candidate[] = [];
  /** Those whose neighbourhood is not over yet, with the sample that ended each. */
  readonly #open: { readonly candidate: Candidate; readonly sample: number }[] = [];
  /** Those in which the machine slept and that are too short for the heap. */
  readonly #slept: Candidate[] = [];
  /** The machine slept in the silence that is under way. */
  #asleep = false;
  readonly #ringUs = new Float64Array(neighbours);
  readonly #ringMw: readonly Float64Array[];

  constructor(engine: Engine, components: number) {
    this.spacingsUs = new Histogram(engine);
    this.#ringMw = Array.from({ length: components }, () => new Float64Array(neighbours));
  }

  get samples(): number {
    return this.#samples;
  }

  /** Null before the first sample. */
  get firstUs(): number | null {
    return this.#samples === 0 ? null : this.#firstUs;
  }

  get lastUs(): number | null {
    return this.#samples === 0 ? null : this.#lastUs;
  }

  /** Whether long spacings may have been dropped for longer ones. */
  get isFull(): boolean {
    return this.#kept.length === mostGaps;
  }

  /** The long spacings, and those in which the machine slept, in no order. */
  get candidates(): readonly Candidate[] {
    return this.#slept.length === 0 ? this.#kept : [...this.#kept, ...this.#slept];
  }

  /**
   * The machine slept at some instant between these. Its clock did too, so that nothing tells where but the longest
   * spacing: that one is a gap whatever its length.
   */
  sleep(startUs: number, endUs: number): void {
    if (this.#samples === 0) return;
    let longestUs = endUs - this.#lastUs;
    let longest = this.#samples;
    const oldest = Math.max(1, this.#samples - neighbours + 1);
    for (let n = this.#samples - 1; n >= oldest; n--) {
      const us = this.#ringUs[n & (neighbours - 1)]!;
      if (us < startUs) break;
      const spacing = us - this.#ringUs[(n - 1) & (neighbours - 1)]!;
      if (spacing > longestUs) [longestUs, longest] = [spacing, n];
    }
    if (longest === this.#samples) this.#asleep = true;
    else this.#markSlept(longest);
  }

  add(timeUs: Float64Array, powerMw: readonly Float64Array[], count: number): void {
    const spacingsUs = new Float64Array(count);
    const skipped = this.#samples === 0 ? 1 : 0;
    for (let row = 0; row < count; row++) {
      const us = timeUs[row]!;
      const slot = this.#samples & (neighbours - 1);
      if (this.#samples === 0) {
        this.#firstUs = us;
        if (us > gapFloorUs) this.leading = silence(0, us);
      } else {
        const spacing = us - this.#lastUs;
        spacingsUs[row] = spacing;
        if (spacing > gapFloorUs) this.#consider(us, spacing, powerMw, row);
      }
      this.#ringUs[slot] = us;
      for (let c = 0; c < powerMw.length; c++) this.#ringMw[c]![slot] = powerMw[c]![row]!;
      this.#lastUs = us;
      this.#samples++;
      if (this.#asleep) this.#markSlept(this.#samples - 1);
      while (this.#open.length > 0 && this.#isOver(this.#open[0]!)) this.#close(this.#open.shift()!);
    }
    this.spacingsUs.addColumn(spacingsUs.subarray(skipped), Math.max(0, count - skipped));
  }

  /** Looks at the neighbourhoods that the recording's end cut short. */
  finish(): void {
    for (const open of this.#open.splice(0)) this.#close(open);
  }

  /** The spacing before sample `n`, which the ring still holds. */
  #markSlept(n: number): void {
    this.#asleep = false;
    const [before, after] = [(n - 1) & (neighbours - 1), n & (neighbours - 1)];
    const startUs = this.#ringUs[before]!;
    let gap = this.candidates.find((each) => each.startUs === startUs);
    if (!gap) {
      const [from, to] = [before, after].map((slot) => this.#ringMw.map((ring) => ring[slot]!)) as [
        number[],
        number[],
      ];
      const low = from.map((mw, c) => Math.min(mw, to[c]!));
      const high = from.map((mw, c) => Math.max(mw, to[c]!));
      gap = silence(startUs, this.#ringUs[after]!, { before: from, after: to, low, high });
      if (this.#slept.length < mostGaps) this.#slept.push(gap);
    }
    gap.slept = true;
    gap.cause = 'suspend';
    gap.causeRank = 0;
    gap.causeStartUs = startUs;
  }

  #consider(us: number, spacing: number, powerMw: readonly Float64Array[], row: number): void {
    const shortest = this.#kept[0];
    if (this.#kept.length === mostGaps && shortest && spacing <= shortest.endUs - shortest.startUs) return;
    const last = (this.#samples - 1) & (neighbours - 1);
    const before = this.#ringMw.map((ring) => ring[last]!);
    const after = powerMw.map((column) => column[row]!);
    const candidate = silence(this.#lastUs, us, { before, after, low: [...before], high: [...before] });
    const oldest = Math.max(0, this.#samples - neighbours);
    for (let n = this.#samples - 1; n >= oldest; n--)
      if (!this.#widen(candidate, n, candidate.startUs - neighbourhoodUs, candidate.startUs)) break;
    keepLongest(this.#kept, candidate);
    this.#open.push({ candidate, sample: this.#samples });
  }

  #isOver({ candidate, sample }: { candidate: Candidate; sample: number }): boolean {
    return this.#lastUs - candidate.endUs > neighbourhoodUs || this.#samples - sample >= neighbours;
  }

  #close({ candidate, sample }: { candidate: Candidate; sample: number }): void {
    for (let n = sample; n < this.#samples; n++)
      if (!this.#widen(candidate, n, candidate.endUs, candidate.endUs + neighbourhoodUs)) break;
  }

  /** Takes sample `n` of the ring into the extremes, if it lies between the instants. */
  #widen({ around }: Candidate, n: number, fromUs: number, toUs: number): boolean {
    const slot = n & (neighbours - 1);
    const us = this.#ringUs[slot]!;
    if (us < fromUs || us > toUs || !around) return false;
    this.#ringMw.forEach((ring, c) => {
      const mw = ring[slot]!;
      if (mw < around.low[c]!) around.low[c] = mw;
      if (mw > around.high[c]!) around.high[c] = mw;
    });
    return true;
  }
}

export const lengthUs = (gap: Gap): number => gap.endUs - gap.startUs;

/** Adds to a heap of at most `mostGaps`; the shortest, and of those alike the first, goes. */
function keepLongest(heap: Candidate[], candidate: Candidate): void {
  if (heap.length < mostGaps) {
    let at = heap.push(candidate) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (lengthUs(heap[parent]!) <= lengthUs(candidate)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = candidate;
    return;
  }
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && lengthUs(heap[child + 1]!) < lengthUs(heap[child]!)) child++;
    if (lengthUs(heap[child]!) >= lengthUs(candidate)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = candidate;
}
