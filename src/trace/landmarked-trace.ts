import type { PartFacts } from '../measure/part-facts.js';
import { costOf } from './cost.js';
import type { HistoryChunk } from './history.js';
import { type Landmark, Pass } from './pass.js';
import { lengthNs, type SpanGroup } from './span.js';
import type { SpanCost } from './trace.js';

/** The samples between two landmarks. */
export interface Stretch {
  /** At the last of them. */
  readonly end: Landmark;
  /** Extremes among them, mW by series. */
  readonly lowMw: Float64Array;
  readonly highMw: Float64Array;
}

/** Reads the samples behind an instant and up to another, that one included, µs. */
export type ReadRows = (behindUs: number, upToUs: number) => Promise<HistoryChunk>;

/** A recording at rest of which only what lies about the ends of a span is read. */
export class LandmarkedTrace {
  readonly #facts: PartFacts;
  readonly #stretches: readonly Stretch[];
  readonly #read: ReadRows;

  /** @param facts with the names of all series */
  constructor(facts: PartFacts, stretches: readonly Stretch[], read: ReadRows) {
    this.#facts = facts;
    this.#stretches = stretches;
    this.#read = read;
  }

  /** As a trace does, without distributions. */
  async evaluate(groups: readonly SpanGroup[]): Promise<SpanCost[]> {
    const pass = new Pass(this.#facts, groups);
    const ends = groups
      .flatMap(({ spans }) => spans.flatMap(({ startNs, endNs }) => [startNs / 1000, endNs / 1000]))
      .sort((a, b) => a - b);
    const wanted = this.#stretchesAbout(ends);
    for (const [n, { end, lowMw, highMw }] of this.#stretches.entries()) {
      if (!wanted.has(n) && !pass.isWatching) {
        pass.passTo(end, extremesOf(lowMw, highMw));
        continue;
      }
      const before = this.#stretches[n - 1]?.end;
      const rows = await this.#read(before?.lastUs ?? Number.NEGATIVE_INFINITY, end.lastUs);
      if (rows.count !== end.samples - (before?.samples ?? 0))
        throw new Error('the recording has become another since it was read');
      pass.take(rows);
    }
    return pass.finish().map((sums, n) => ({
      cost: costOf(sums, lengthNs(groups[n]!.spans) / 1000, this.#facts),
      withinUs: sums.withinUs,
    }));
  }

  /** Those that hold an end, and the ones before: an end looks back. */
  #stretchesAbout(endsUs: readonly number[]): Set<number> {
    const wanted = new Set<number>();
    for (const us of endsUs) {
      const n = this.#stretches.findIndex(({ end }) => end.lastUs >= us);
      const last = n < 0 ? this.#stretches.length - 1 : n;
      wanted.add(last).add(last - 1);
    }
    return wanted;
  }
}

const extremesOf = (lowMw: Float64Array, highMw: Float64Array): HistoryChunk => ({
  count: 2,
  timeUs: new Float64Array(2),
  powerMw: Array.from(lowMw, (low, c) => Float64Array.of(low, highMw[c]!)),
});
