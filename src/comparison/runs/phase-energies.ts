import type { PhaseSummary, RunSummary } from '../../exec/figures/summaries.js';
import type { Cost } from '../../trace/cost.js';
import { exactSpan, type SpanGroup } from '../../trace/span.js';
import { type ComparedPhaseRuns, comparedComponents, comparedFigure } from './compared-figure.js';
import type { CommandRuns, RunFile } from './run-file.js';

const nsPerS = 1e9;
const onlySums = 'the summary tells sums alone: give the recording itself, such as run.csv';

/** Repetitions of a phase: what each cost. */
type Repetitions = readonly Pick<Cost, 'energy_j' | 'power_w' | 'duration_s'>[];

/** A command's runs that count, and what any spans of them cost, as `RunFile` has it. */
type PhasedRuns = Pick<CommandRuns, 'phases' | 'runs'> & Pick<RunFile, 'evaluate'>;

/** Phases that both have, by what each of their repetitions cost; none where no run of one went well, whose phases do not count. */
export async function comparedPhases(a: PhasedRuns, b: PhasedRuns): Promise<ComparedPhaseRuns[]> {
  if (a.runs.length === 0 || b.runs.length === 0) return [];
  const shared = a.phases.flatMap((phase) => {
    const other = b.phases.find(({ name }) => name === phase.name);
    return other && [phase, other].every(({ duration_s }) => duration_s > 0) ? [[phase, other] as const] : [];
  });
  if (shared.length === 0) return [];
  const per = a.runs.length > 1 && b.runs.length > 1 ? 'run' : 'time';
  const [costsA, costsB] = await Promise.all([
    repetitions({ ...a, phases: shared.map(([phase]) => phase) }, per),
    repetitions({ ...b, phases: shared.map(([, phase]) => phase) }, per),
  ]);
  return shared.map(([phaseA, phaseB], n) => {
    if (costsA && costsB) return comparedPhase(phaseA.name, per, costsA[n]!, costsB[n]!);
    return comparedMeanTimes(phaseA, phaseB);
  });
}

function comparedPhase(
  name: string,
  per: ComparedPhaseRuns['per'],
  ofA: Repetitions,
  ofB: Repetitions,
  unknown?: string,
): ComparedPhaseRuns {
  const durations = (runs: Repetitions) => runs.map(({ duration_s }) => duration_s);
  return {
    ...{ name, per, repetitions: [ofA.length, ofB.length] },
    durationS: comparedFigure(durations(ofA), durations(ofB), unknown),
    components: comparedComponents(ofA, ofB, unknown),
  };
}

/** A phase whose times are only known together: what one took in the mean, since it may have run more often in one than in the other. */
function comparedMeanTimes(a: PhaseSummary, b: PhaseSummary): ComparedPhaseRuns {
  const unknown = a.times > 1 || b.times > 1 ? onlySums : undefined;
  const phase = comparedPhase(a.name, 'time', [meanTime(a)], [meanTime(b)], unknown);
  return { ...phase, repetitions: [a.times, b.times] };
}

/** By phase, what each repetition of it cost; null where the samples are not there to tell. */
async function repetitions(
  { phases, runs, evaluate }: PhasedRuns,
  per: 'run' | 'time',
): Promise<Repetitions[] | null> {
  if (!evaluate) return null;
  const groups = phases.map(({ spans }) => groupsOf(spans, runs, per));
  const costs = await evaluate(groups.flat());
  if (costs.length === 0) return null;
  let behind = 0;
  return groups.map((each) => {
    const from = behind;
    behind += each.length;
    return costs.slice(from, behind).map(({ cost }) => cost);
  });
}

/** A group a run that the phase ran in, or a group a time. */
function groupsOf(
  spans: PhaseSummary['spans'],
  runs: readonly RunSummary[],
  per: 'run' | 'time',
): SpanGroup[] {
  const exact = ({ start_s, end_s }: PhaseSummary['spans'][number]) =>
    exactSpan(Math.round(start_s * nsPerS), Math.round(end_s * nsPerS));
  const within = (run: RunSummary) =>
    spans.filter(({ start_s, end_s }) => start_s >= run.start_s && end_s <= run.end_s && end_s > start_s);
  const grouped = per === 'run' ? runs.map(within) : runs.flatMap((run) => within(run).map((span) => [span]));
  return grouped
    .filter((each) => each.length > 0)
    .map((each) => ({ spans: each.map(exact), distribution: false }));
}

/** Of a phase whose times are only known together, what one of them took in the mean. */
function meanTime({ times, energy_j, power_w, duration_s }: PhaseSummary): Repetitions[number] {
  const per = (joules: number | null) => (joules === null ? null : joules / times);
  return {
    energy_j: Object.fromEntries(Object.entries(energy_j).map(([name, joules]) => [name, per(joules)])),
    power_w,
    duration_s: duration_s / times,
  };
}
