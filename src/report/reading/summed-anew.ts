import { energyPerCount } from '../../exec/figures/per-count.js';
import type { RepairedSummary } from '../../measure/summary.js';
import type { KnownSummary } from '../../schema/summary.js';
import type { Finding } from '../../session/repair/finding.js';
import { mergedSummary, notKept, partKeys } from '../../session/repair/repair-summary.js';
import { type SpanGroup, toldSpan } from '../../trace/span.js';
import type { Trace } from '../../trace/trace.js';
import { toldIn } from './told.js';

/** What of a run rests on powers that were summed up otherwise. */
const ofOtherSums = {
  baseline_power_w: null,
  energy_above_idle_j: {},
  energy_above_idle_uncertainty_j: {},
};

/**
 * The summary of rows whose rails were summed up by another map, or read with another accuracy: command and phases are evaluated
 * anew; what their runs have in common is not kept.
 * @param trace null where nothing can be evaluated, as of means
 */
export async function summedAnew(
  finding: Finding,
  found: RepairedSummary,
  known: KnownSummary,
  trace: Pick<Trace, 'evaluate'> | null,
): Promise<RepairedSummary> {
  const merged = mergedSummary(finding, found, known);
  const { command, phases } = trace ? toldIn(known) : toldIn({});
  const groups: SpanGroup[] = [command ? [command] : [], ...phases.map(({ spans }) => spans)].map(
    (spans, n) => ({
      spans: spans.map(toldSpan),
      distribution: n === 0,
    }),
  );
  const costs = command || phases.length > 0 ? await trace!.evaluate(groups) : [];
  const kept = [...(command ? ['command'] : []), ...(phases.length > 0 ? ['phases'] : [])];
  const lost = partKeys.filter((key) => key in known && !kept.includes(key));
  return {
    ...merged,
    ...(command && { command: { ...command, ...costs[0]!.cost, ...ofOtherSums } }),
    ...(phases.length > 0 && {
      phases: phases.map((phase, n) => ({
        ...phase,
        ...costs[n + 1]!.cost,
        ...('energy_per_count_j' in phase && {
          energy_per_count_j: energyPerCount(costs[n + 1]!, phase.count!),
        }),
      })),
    }),
    warnings: [
      ...merged.warnings.filter(({ code }) => code !== 'rebuilt'),
      ...(lost.length > 0 ? [notKept(lost.join(', '))] : []),
    ],
  };
}
