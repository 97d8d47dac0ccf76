import type { PhaseSummary } from '../../exec/figures/summaries.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';
import type { Cost } from '../../trace/cost.js';
import { type SpanGroup, toldSpan } from '../../trace/span.js';
import type { Told } from '../reading/told.js';

type Lying = { readonly start_s: number; readonly end_s: number };

/** A phase that only a part of lies in the span that is asked for. */
interface Clipped {
  readonly phase: PhaseSummary;
  readonly spans: readonly Lying[];
}

/**
 * What of a command, its phases and its runs belongs into a span: a command, or runs, that lie in it whole; of phases what lies in
 * it. A phase that is cut has its figures evaluated anew over the part; how much of its count was in that is not known.
 */
export class SpanParts {
  readonly #told: Told;
  readonly #within: (lying: Lying) => boolean;
  readonly #phases: readonly (PhaseSummary | Clipped)[];

  constructor(told: Told, { startUs, endUs }: TimeSpan) {
    this.#told = told;
    const [startS, endS] = [startUs / 1e6, endUs / 1e6];
    this.#within = ({ start_s, end_s }) => start_s >= startS && end_s <= endS;
    this.#phases = told.phases.flatMap((phase): (PhaseSummary | Clipped)[] => {
      if (phase.spans.every(this.#within)) return [phase];
      const spans = phase.spans
        .map(({ start_s, end_s }) => ({ start_s: Math.max(start_s, startS), end_s: Math.min(end_s, endS) }))
        .filter((span, n) => span.end_s > span.start_s || this.#within(phase.spans[n]!));
      return spans.length === 0 ? [] : [{ phase, spans }];
    });
  }

  /** Whether all runs of several lie in it, so that what they have in common is of it too. */
  get hasAllRuns(): boolean {
    const { runs } = this.#told;
    return runs.length > 0 && runs.every((each) => each.runs.every(this.#within));
  }

  /** What has to be evaluated. */
  get groups(): SpanGroup[] {
    return this.#phases.flatMap((each) =>
      isClipped(each)
        ? [
            {
              spans: each.spans.map(toldSpan),
              distribution: false,
            },
          ]
        : [],
    );
  }

  /**
   * The keys of a summary.
   * @param costs of the groups, in their order; null where they cannot be evaluated, so that what is cut is left out
   */
  keys(costs: readonly Cost[] | null): Readonly<Record<string, unknown>> {
    const { command, runs } = this.#told;
    let next = 0;
    const phases = this.#phases.flatMap((each) => {
      if (!isClipped(each)) return [each];
      if (!costs) return [];
      const { count, unended, energy_per_count_j, ...phase } = each.phase;
      return [{ ...phase, times: each.spans.length, spans: each.spans, ...costs[next++]!, clipped: true }];
    });
    return {
      ...(command && this.#within(command) ? { command } : {}),
      ...(this.#told.phases.length > 0 ? { phases } : {}),
      ...(this.hasAllRuns ? { runs } : {}),
    };
  }
}

const isClipped = (phase: PhaseSummary | Clipped): phase is Clipped => 'phase' in phase;
