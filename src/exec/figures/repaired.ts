import type { MapChoice } from '../../measure/rail-map.js';
import type { PerComponent, RepairedSummary } from '../../measure/summary.js';
import { type ExecParts, execPartsSchema, type KnownPhase, type KnownRun } from '../../schema/exec-parts.js';
import type { KnownSummary } from '../../schema/summary.js';
import type { Finding } from '../../session/repair/finding.js';
import { planRepair, type RepairPlan } from '../../session/repair/repair.js';
import { notKept, partKeys } from '../../session/repair/repair-summary.js';
import type { Sink } from '../../sink/sink.js';
import type { Warning } from '../../stream/warning.js';
import { type Cost, type PowerDistribution, perComponent } from '../../trace/cost.js';
import { PowerHistory } from '../../trace/history.js';
import { type SpanGroup, toldSpan } from '../../trace/span.js';
import { type SpanCost, Trace } from '../../trace/trace.js';
import { tidy } from '../../units.js';
import { partlyMeasured } from './measured-part.js';
import { Recall } from './recall.js';
import type { PhaseSummary, RunSummary } from './summaries.js';

/**
 * As `planRepair`, with what `exec` added to the summary that is there: what the samples that are left reach is kept as
 * it is, the rest is evaluated again over as much of it as is left. Where no such summary is there, a capture tells itself
 * what was run.
 * @throws UserError (badInput)
 */
export async function planRepairOfRun(path: string, map: MapChoice | undefined): Promise<RepairPlan> {
  let history: PowerHistory | undefined;
  const recall = new Recall();
  const watch = (components: number, hasParts: boolean): readonly Sink[] => {
    if (!hasParts) return [recall];
    history = new PowerHistory(components);
    return [history, recall];
  };
  try {
    const plan = await planRepair(path, { map, watch });
    const { replaced, summary: made, partFacts } = plan;
    if (!made) return plan;
    const kept = replaced && partKeys.some((key) => key in replaced);
    const told = kept
      ? await keptParts(replaced, plan, made, partFacts && history && new Trace(history, () => partFacts))
      : partFacts && (await recall.conclude(() => partFacts));
    if (!told) return plan;
    const parts = 'parts' in told ? told.parts : told.extra;
    const summary = { ...made, ...parts, warnings: [...made.warnings, ...told.warnings] };
    return { ...plan, summary };
  } finally {
    await history?.dispose();
    await recall.dispose();
  }
}

type Parts = Readonly<Record<string, unknown>>;

/**
 * What `exec` added to a summary, over what is left of its samples.
 * @param trace null or absent where these cannot be asked, as means
 */
export async function keptParts(
  there: KnownSummary,
  { lastUs }: Pick<Finding, 'lastUs'>,
  summary: RepairedSummary,
  trace: Pick<Trace, 'evaluate'> | null | undefined,
): Promise<{ readonly parts: Parts; readonly warnings: readonly Warning[] }> {
  if (!execPartsSchema.safeParse(there).success)
    return { parts: {}, warnings: [notKept(partKeys.filter((key) => key in there).join(', '))] };
  const again = new Again(lastUs ?? Number.NEGATIVE_INFINITY, Object.keys(summary.energy_j));
  // The file's own objects, so that what is kept is kept to the letter.
  const { command, phases, runs } = there as ExecParts;
  const askedCommand = command && again.run('the command', command);
  const askedPhases = phases?.map((phase) => again.phase(phase));
  const askedRuns = runs?.map((each) => ({
    each,
    short: each.runs.some((run) => again.isShort([run])),
    runs: each.runs.map((run, n) => again.run(`run ${n + 1}`, run)),
    phases: each.phases?.map((phase) => again.phase(phase)),
  }));
  if (again.short.length === 0)
    return { parts: Object.fromEntries(partKeys.map((key) => [key, there[key]])), warnings: [] };

  if (!trace) return wholeParts(there, again);
  const results = await trace.evaluate(again.groups);
  const repeated = askedRuns?.map(({ each, short, runs, phases }) => ({
    ...each,
    runs: runs.map((make) => make(results)),
    ...(phases && { phases: phases.map((make) => make(results)) }),
    // A mean over a run that lost a part would be of something else.
    ...(short && { energy_j: again.each(() => null), power_w: again.each(() => null) }),
  }));
  const parts = {
    ...(askedCommand && { command: askedCommand(results) }),
    ...(askedPhases && { phases: askedPhases.map((make) => make(results)) }),
    ...(repeated && { runs: repeated }),
  };
  const warnings = [again.warning(), ...('comparison' in there ? [notKept('comparison')] : [])];
  return { parts, warnings };
}

/** What means bear of it: a part that is cut short is in the middle of one, and what it reached is in none. */
function wholeParts(
  there: KnownSummary,
  again: Again,
): { readonly parts: Parts; readonly warnings: readonly Warning[] } {
  const { command, phases, runs } = there as ExecParts;
  const short = {
    command: command !== undefined && again.isShort([command]),
    phases: phases?.some(({ spans }) => again.isShort(spans)) ?? false,
    runs: runs?.some((each) => again.isShort(each.runs)) ?? false,
  };
  const lost = partKeys.filter((key) => key in there && short[key === 'comparison' ? 'runs' : key]);
  const kept = partKeys.filter((key) => key in there && !lost.includes(key));
  return {
    parts: Object.fromEntries(kept.map((key) => [key, there[key]])),
    warnings: [notKept(lost.join(', '))],
  };
}

/** Where something lies in the recording. */
type Lying = Pick<KnownRun, 'start_s' | 'end_s'>;
type Made<Part> = (results: readonly SpanCost[]) => Part;

/** What has to be evaluated again, since it reaches behind the last sample that is left. */
class Again {
  readonly groups: SpanGroup[] = [];
  /** Names of what is cut short, for people. */
  readonly short: string[] = [];

  constructor(
    readonly lastUs: number,
    readonly components: readonly string[],
  ) {}

  run(name: string, known: KnownRun): Made<RunSummary> {
    const at = this.#ask(name, [known], true);
    if (at === null) return () => known as unknown as RunSummary;
    return (results) => {
      const { cost, withinUs } = results[at]!;
      const idleW = known.baseline_power_w;
      return {
        ...(known as unknown as RunSummary),
        ...(cost as Cost<PowerDistribution>),
        ...partlyMeasured(results[at]!),
        energy_above_idle_j: this.each((component) => {
          const energyJ = cost.energy_j[component]!;
          const idle = idleW?.[component];
          return energyJ === null || idle === undefined ? null : tidy(energyJ - (idle * withinUs) / 1e6);
        }),
      };
    };
  }

  phase(known: KnownPhase): Made<PhaseSummary> {
    const at = this.#ask(`phase ${JSON.stringify(known.name)}`, known.spans, false);
    if (at === null) return () => known as unknown as PhaseSummary;
    return (results) => ({
      ...(known as unknown as PhaseSummary),
      ...results[at]!.cost,
      // How much of the count the rest of the energy was for is not known.
      ...('energy_per_count_j' in known && { energy_per_count_j: this.each(() => null) }),
    });
  }

  warning(): Warning {
    const names = [...new Set(this.short)];
    const last = names.pop()!;
    const subject = names.length > 0 ? `${names.join(', ')} and ${last} reach` : `${last} reaches`;
    const message = `${subject} behind the last sample that is left (${(this.lastUs / 1e6).toFixed(3)} s): energies and powers are of the part before it`;
    return { code: 'cut-short', message };
  }

  each<Value>(value: (component: string) => Value): PerComponent<Value> {
    return perComponent(this.components, value);
  }

  isShort(spans: readonly Lying[]): boolean {
    return spans.some(({ end_s }) => end_s * 1e6 > this.lastUs);
  }

  /** Null where all of it is still there. */
  #ask(name: string, spans: readonly Lying[], distribution: boolean): number | null {
    if (!this.isShort(spans)) return null;
    this.short.push(name);
    return this.groups.push({ spans: spans.map(toldSpan), distribution }) - 1;
  }
}
