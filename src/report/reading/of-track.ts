import { aboveIdle } from '../../exec/figures/above-idle.js';
import { partlyMeasured, uncoveredWarnings } from '../../exec/figures/measured-part.js';
import { commandNames } from '../../exec/figures/names.js';
import { energyPerCount } from '../../exec/figures/per-count.js';
import { compareRuns, summarizeRuns, wentWell } from '../../exec/figures/repeated-runs.js';
import type { PhaseSummary, RunSummary } from '../../exec/figures/summaries.js';
import { labelOf } from '../../exec/runs/experiment-warnings.js';
import type { KnownSummary } from '../../schema/summary.js';
import { notKept, partKeys } from '../../session/repair/repair-summary.js';
import type { Warning } from '../../stream/warning.js';
import type { Cost, PowerDistribution } from '../../trace/cost.js';
import { type SpanGroup, toldSpan } from '../../trace/span.js';
import type { SpanCost, Trace } from '../../trace/trace.js';
import { toldIn } from './told.js';

type Made<Part> = (results: readonly SpanCost[]) => Part;

/**
 * What `exec` measured with several boards, of one of them: all are on one clock, so that its runs and phases lie where the summary
 * says, and what they cost at this board, its samples tell. What it drew when idle they do not.
 * @param trace null where its samples cannot be asked, as means
 */
export async function partsOfTrack(
  known: KnownSummary,
  trace: Pick<Trace, 'evaluate'> | null,
): Promise<{ readonly parts: Readonly<Record<string, unknown>>; readonly warnings: readonly Warning[] }> {
  const { command, phases, runs } = toldIn(known);
  if (!trace || (command === null && phases.length === 0 && runs.length === 0))
    return { parts: {}, warnings: [notKept(partKeys.filter((key) => key in known).join(', '))] };
  const asked = new Asked();
  const makeCommand = command && asked.run(command, null);
  const makePhases = phases.map((phase) => asked.phase(phase));
  const makeRuns = runs.map((each, n) => ({
    each,
    runs: each.runs.map((run) =>
      asked.run(run, labelOf(run) + (runs.length > 1 ? ` of command ${n + 1}` : '')),
    ),
    phases: each.phases?.map((phase) => asked.phase(phase)),
  }));
  const results = await trace.evaluate(asked.groups);
  const repeated = makeRuns.map(({ each, runs: made, phases: parts }) => ({
    ...summarizeRuns({ argv: each.argv, runs: made.map((make) => make(results)), phases: [] }, each.warmups),
    ...(parts && { phases: parts.map((make) => make(results)) }),
  }));
  const [first, second] = repeated;
  const names = commandNames(repeated.map(({ argv }) => argv.at(-1) ?? ''));
  return {
    parts: {
      ...(makeCommand && { command: makeCommand(results) }),
      ...('phases' in known && { phases: makePhases.map((make) => make(results)) }),
      ...('runs' in known && { runs: repeated }),
      ...('comparison' in known &&
        first &&
        second && { comparison: compareRuns([first, second], [names[0]!, names[1]!]) }),
    },
    warnings: uncoveredWarnings(
      asked.runs.slice(runs.length > 0 && command ? 1 : 0).map(({ run, name, at }) => ({
        ...{ name, result: results[at]!, isCounted: wentWell(run) },
      })),
    ),
  };
}

/** Where something lies in the recording. */
type Lying = PhaseSummary['spans'][number];

/** What is asked of the samples. */
class Asked {
  readonly groups: SpanGroup[] = [];
  readonly runs: { readonly run: RunSummary; readonly name: string | null; readonly at: number }[] = [];

  /** @param name what people call it; null for a command that was run once */
  run<Run extends RunSummary>(known: Run, name: string | null): Made<Run> {
    const at = this.#ask([known], true);
    this.runs.push({ run: known, name, at });
    const { partly_measured, ...run } = known;
    return (results) => {
      const result = results[at]!;
      const cost = result.cost as Cost<PowerDistribution>;
      return { ...run, ...cost, ...aboveIdle(result, null), ...partlyMeasured(result) } as unknown as Run;
    };
  }

  phase(known: PhaseSummary): Made<PhaseSummary> {
    const at = this.#ask(known.spans, false);
    return (results) => ({
      ...known,
      ...results[at]!.cost,
      ...('energy_per_count_j' in known && {
        energy_per_count_j: energyPerCount(results[at]!, known.count!),
      }),
    });
  }

  #ask(spans: readonly Lying[], distribution: boolean): number {
    return this.groups.push({ spans: spans.map(toldSpan), distribution }) - 1;
  }
}
