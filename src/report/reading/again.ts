import { usageError } from '../../errors.js';
import type { PartFacts } from '../../measure/part-facts.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { costOf } from '../../trace/cost.js';
import { columnsOf } from '../../trace/history.js';
import { Pass } from '../../trace/pass.js';
import { lengthNs, type SpanGroup } from '../../trace/span.js';
import type { SpanCost } from '../../trace/trace.js';
import type { Rested } from '../rested.js';

/** So many samples behind the last end that is asked for say what the power about it was. */
const samplesBehind = 4096;
const behindUs = 1e6;

/** @throws UserError (usage) for standard input, which is over */
export function refuseSecondReading(path: string): void {
  if (path === '-')
    throw usageError('standard input can be read once only: this needs a file, such as report run.plog');
}

/** What is asked of a recording's samples by reading its file once more, which takes no memory. */
export class SecondReading {
  readonly #again: Rested['again'];
  readonly #facts: PartFacts;
  readonly #powers: (block: SampleBlock) => readonly (Int32Array | Float64Array)[];

  /**
   * @param facts with the names of all powers
   * @param powers of a block, in the order of those names
   */
  constructor(
    again: Rested['again'],
    facts: PartFacts,
    powers: (block: SampleBlock) => readonly (Int32Array | Float64Array)[] = columnsOf,
  ) {
    this.#again = again;
    this.#facts = facts;
    this.#powers = powers;
  }

  /** As a trace does. @param watch sees each block too */
  async evaluate(groups: readonly SpanGroup[], watch?: (block: SampleBlock) => void): Promise<SpanCost[]> {
    const pass = new Pass(this.#facts, groups);
    const lastUs = groups
      .flatMap(({ spans }) => spans)
      .reduce((us, { endNs }) => Math.max(us, endNs / 1000), 0);
    let left = samplesBehind;
    await this.#again((block) => {
      const { count, timeUs } = block;
      pass.take({ count, timeUs, powerMw: this.#powers(block) });
      watch?.(block);
      if (timeUs[count - 1]! > lastUs + behindUs) left -= count;
      return left > 0;
    });
    return pass.finish().map((sums, n) => ({
      cost: costOf(sums, lengthNs(groups[n]!.spans) / 1000, this.#facts),
      withinUs: sums.withinUs,
    }));
  }
}
