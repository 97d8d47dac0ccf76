import type { Warning } from '../../stream/warning.js';
import { type Cost, type PowerDistribution, perComponent } from '../../trace/cost.js';
import { lengthNs, type Span, type SpanGroup } from '../../trace/span.js';
import type { SpanCost, Trace } from '../../trace/trace.js';
import { tidy } from '../../units.js';
import { mergePhases, type Phase } from '../marks/phases.js';
import type { ExperimentLog, LoggedRun } from '../runs/experiment-log.js';
import { experimentWarnings } from '../runs/experiment-warnings.js';
import { aboveIdle, type IdlePower, knownIdle, measuredIdle } from './above-idle.js';
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
 * What an experiment came to, whose recording has ended: all of its runs and phases in one pass.
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
  const asked = commands.map((runs) => ({
    runs: runs.map((run) => ({ run, at: ask([run.span], true) })),
    phases: mergePhases(withPhases(runs).map((run) => run.phases)).map((phase) => ({
      phase,
      at: ask(phase.spans, false),
    })),
  }));

  const results = await trace.evaluate(groups);
  const measured = idleAt === null ? null : measuredIdle(results[idleAt]!);
  const ofSensors = (spans: readonly Span[]) => (sensors ? { sensor_energy_j: sensors(spans) } : {});
  const summaryOf = (run: LoggedRun, result: SpanCost) => ({
    ...runSummary(run, result, measured ?? knownIdle(plan.idlePowerW, result.cost)),
    ...ofSensors([run.span]),
  });
  const evaluated = asked.map(({ runs, phases }) => ({
    argv: runs[0]?.run.argv ?? [],
    runs: runs.map(({ run, at }) => summaryOf(run, results[at]!)),
    phases: phases.map(({ phase, at }) => ({
      ...phaseSummary(phase, results[at]!.cost),
      ...ofSensors(phase.spans),
    })),
  }));
  const warnings = experimentWarnings(log);
  if (!last) return { commands: evaluated, command: null, warnings };
  const lastResult = results[lastAt!]!;
  const command = { argv: last.argv, ...summaryOf(last, lastResult) };
  if (hasBoard) warnings.push(...uncovered(lastResult));
  return { commands: evaluated, command, warnings };
}

/** The recording may have ended before the command: a capture as the port, or a board that did not come back. */
function uncovered({ cost: { duration_s }, withinUs }: SpanCost): Warning[] {
  const within_s = withinUs / 1e6;
  if (duration_s - within_s < 1e-3) return [];
  const message = `the recording covers ${within_s.toFixed(3)} s of the command's ${duration_s.toFixed(3)} s; energies are of what was recorded`;
  return [{ code: 'command-uncovered', message }];
}

/** A phase is a sum over runs that went well; where none did, what the last one marked is better than nothing. */
function withPhases(runs: readonly LoggedRun[]): readonly LoggedRun[] {
  const counted = runs.filter(({ status }) => status === 'ok');
  return counted.length > 0 ? counted : runs.slice(-1);
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

function phaseSummary({ name, spans, count, unended }: Phase, cost: Cost): PhaseSummary {
  return {
    name,
    times: spans.length,
    ...(count === null ? {} : { count }),
    ...(unended === 0 ? {} : { unended }),
    spans: spans.map(({ startNs, endNs }) => ({ start_s: startNs / 1e9, end_s: endNs / 1e9 })),
    ...cost,
    ...(count === null || count === 0 || lengthNs(spans) === 0
      ? {}
      : {
          energy_per_count_j: perComponent(Object.keys(cost.energy_j), (component) => {
            const energyJ = cost.energy_j[component]!;
            return energyJ === null ? null : tidy(energyJ / count);
          }),
        }),
  };
}
