import type { Warning } from '../../stream/warning.js';
import type { Cost, PowerDistribution } from '../../trace/cost.js';
import { lengthNs, type Span, type SpanGroup } from '../../trace/span.js';
import type { SpanCost, Trace } from '../../trace/trace.js';
import { mergePhases, type Phase } from '../marks/phases.js';
import type { ExperimentLog, LoggedRun } from '../runs/experiment-log.js';
import { experimentWarnings, labelOf } from '../runs/experiment-warnings.js';
import { aboveIdle, type IdlePower, knownIdle, measuredIdle } from './above-idle.js';
import { partlyMeasured, uncoveredWarnings } from './measured-part.js';
import { energyPerCount } from './per-count.js';
import type { CommandSummary, PhaseSummary, RunSummary, SensorEnergies } from './summaries.js';

/** What one command's runs cost. */
export interface EvaluatedCommand {
  readonly argv: readonly string[];
  readonly runs: readonly RunSummary[];
  /** Over all of its runs. */
  readonly phases: readonly PhaseSummary[];
}

export interface Evaluation {
  readonly commands: readonly EvaluatedCommand[];
  /** Of the last run; null where nothing was run. */
  readonly command: CommandSummary | null;
  readonly warnings: readonly Warning[];
}

/** What sensors beside the board say of spans; null where there are none. */
export type AskSensors = ((spans: readonly Span[]) => SensorEnergies) | null;

/**
 * What an experiment came to, whose recording has ended: all of its runs and phases in one pass, or phases in another where runs
 * turn out to be measured in part only.
 * @param hasBoard Without one nothing is covered, which is said by itself.
 */
export async function evaluateExperiment(
  log: ExperimentLog,
  trace: Pick<Trace, 'evaluate'>,
  hasBoard: boolean,
  sensors: AskSensors = null,
): Promise<Evaluation> {
  const { runs: commands, last, baseline: idleSpan, plan } = log;
  const groups: SpanGroup[] = [];
  const ask = (spans: readonly Span[], distribution: boolean): number =>
    groups.push({ spans, distribution }) - 1;

  const idleAt = idleSpan && ask([idleSpan], false);
  const lastAt = last && ask([last.span], true);
  const asked = commands.map((runs) => runs.map((run) => ({ run, at: ask([run.span], true) })));
  const askedPhases = commands.map((runs) => askPhases(runs, ask));

  const results = await trace.evaluate(groups);
  const partly = (result: SpanCost) => (hasBoard ? partlyMeasured(result) : {});
  const isPartly = ({ at }: { readonly at: number }) => partly(results[at]!).partly_measured ?? false;
  const whole = asked.map((runs) => runs.filter((each) => !isPartly(each)).map(({ run }) => run));
  const phases = whole.every(({ length }, n) => length === commands[n]!.length)
    ? askedPhases.map((each) => each.map(({ phase, at }) => ({ phase, result: results[at]! })))
    : await phasesOf(trace, commands, whole);

  const measured = idleAt === null ? null : measuredIdle(results[idleAt]!);
  const ofSensors = (spans: readonly Span[]) => (sensors ? { sensor_energy_j: sensors(spans) } : {});
  const summaryOf = (run: LoggedRun, result: SpanCost) => ({
    ...runSummary(run, result, measured ?? knownIdle(plan.idlePowerW, result.cost)),
    ...partly(result),
    ...ofSensors([run.span]),
  });
  const evaluated = asked.map((runs, n) => ({
    argv: runs[0]?.run.argv ?? [],
    runs: runs.map(({ run, at }) => summaryOf(run, results[at]!)),
    phases: phases[n]!.map(({ phase, result }) => ({
      ...phaseSummary(phase, result),
      ...ofSensors(phase.spans),
    })),
  }));
  const warnings = experimentWarnings(log);
  if (!last) return { commands: evaluated, command: null, warnings };
  const lastResult = results[lastAt!]!;
  const command = { argv: last.argv, ...summaryOf(last, lastResult) };
  if (hasBoard) {
    const listed = asked.flat().map(({ run, at }) => ({ run, result: results[at]! }));
    // A warm-up that went well is in no list.
    if (!listed.some(({ run }) => run === last)) listed.push({ run: last, result: lastResult });
    warnings.push(...uncovered(log, listed));
  }
  return { commands: evaluated, command, warnings };
}

function uncovered(
  { plan: { commands }, repeated }: ExperimentLog,
  runs: readonly { readonly run: LoggedRun; readonly result: SpanCost }[],
): Warning[] {
  const ofCommand = ({ argv }: LoggedRun) =>
    commands.length > 1 ? ` of command ${commands.indexOf(argv) + 1}` : '';
  return uncoveredWarnings(
    runs.map(({ run, result }) => ({
      name: repeated || run.warmup ? labelOf(run) + ofCommand(run) : null,
      result,
      isCounted: run.status === 'ok' && !run.warmup,
    })),
  );
}

/** A phase is a sum over runs that count; where none does, what the last one marked is better than nothing. */
function askPhases<At>(
  runs: readonly LoggedRun[],
  ask: (spans: readonly Span[], distribution: boolean) => At,
  whole: readonly LoggedRun[] = runs,
): { readonly phase: Phase; readonly at: At }[] {
  const counted = whole.filter(({ status }) => status === 'ok');
  const marking = counted.length > 0 ? counted : runs.slice(-1);
  return mergePhases(marking.map((run) => run.phases)).map((phase) => ({
    phase,
    at: ask(phase.spans, false),
  }));
}

/** The phases without runs that were measured in part only. @param whole by command, the others */
async function phasesOf(
  trace: Pick<Trace, 'evaluate'>,
  commands: readonly (readonly LoggedRun[])[],
  whole: readonly (readonly LoggedRun[])[],
) {
  const groups: SpanGroup[] = [];
  const asked = commands.map((runs, n) =>
    askPhases(runs, (spans, distribution) => groups.push({ spans, distribution }) - 1, whole[n]!),
  );
  const results = await trace.evaluate(groups);
  return asked.map((each) => each.map(({ phase, at }) => ({ phase, result: results[at]! })));
}

function runSummary(run: LoggedRun, result: SpanCost, idle: IdlePower | null): RunSummary {
  return {
    number: run.number,
    status: run.status,
    ...(run.warmup ? { warmup: true } : {}),
    exit_code: run.end.exitCode,
    signal: run.end.signal,
    pid: run.end.pid,
    start_s: run.span.startNs / 1e9,
    end_s: run.span.endNs / 1e9,
    ...(result.cost as Cost<PowerDistribution>),
    ...aboveIdle(result, idle),
  };
}

function phaseSummary({ name, spans, count, unended }: Phase, result: SpanCost): PhaseSummary {
  return {
    name,
    times: spans.length,
    ...(count === null ? {} : { count }),
    ...(unended === 0 ? {} : { unended }),
    spans: spans.map(({ startNs, endNs }) => ({ start_s: startNs / 1e9, end_s: endNs / 1e9 })),
    ...result.cost,
    ...(count === null || count === 0 || lengthNs(spans) === 0
      ? {}
      : {
          energy_per_count_j: energyPerCount(result, count),
        }),
  };
}
