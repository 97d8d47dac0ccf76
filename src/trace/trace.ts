import type { PartFacts } from '../measure/part-facts.js';
import { type Cost, costOf } from './cost.js';
import type { HistoryChunk } from './history.js';
import { Pass } from './pass.js';
import { lengthNs, type SpanGroup } from './span.js';

/** What a group of spans cost. */
export interface SpanCost {
  readonly cost: Cost;
  /** What of the spans lies between the first and the last sample, µs. */
  readonly withinUs: number;
}

/** A recording that can be asked what any span of it cost, when it is over or as far as it has come. */
export class Trace {
  readonly #samples: { chunks(): AsyncIterable<HistoryChunk> };
  readonly #facts: () => PartFacts;

  /**
   * @param samples every component's power
   * @param facts of the same samples, as they stand when they are asked for
   */
  constructor(samples: { chunks(): AsyncIterable<HistoryChunk> }, facts: () => PartFacts) {
    this.#samples = samples;
    this.#facts = facts;
  }

  /** One answer a group, in one pass over the samples, however many groups and spans there are. */
  async evaluate(groups: readonly SpanGroup[]): Promise<SpanCost[]> {
    const facts = this.#facts();
    const pass = new Pass(facts, groups);
    for await (const chunk of this.#samples.chunks()) pass.take(chunk);
    return pass.finish().map((sums, n) => ({
      cost: costOf(sums, lengthNs(groups[n]!.spans) / 1000, facts),
      withinUs: sums.withinUs,
    }));
  }
}
