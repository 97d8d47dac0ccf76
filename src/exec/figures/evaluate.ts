import type { Warning } from '../../stream/warning.js';
import type { GroupResult } from '../../trace/group.js';
import type { StretchGroup } from '../../trace/stretches.js';
import { mergePhases, type Phase } from '../marks/phases.js';
import type { Baseline, Experiment, ExperimentRun } from '../runs/experiment.js';
import { experimentWarnings } from '../runs/experiment-warnings.js';
import type { MarkedRun } from '../runs/marked-run.js';
import type { Measurement } from '../runs/measurement.js';
import { aboveIdle, type IdlePower, knownIdle, measuredIdle } from './above-idle.js';
import { type CostFacts, costOf, perComponent, tidy } from './cost.js';
import type { CommandSummary, PhaseSummary, PowerDistribution, PowerRange, RunSummary } from './summaries.js';

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

/** An instant that is when a line was seen: that long after it was written at most, as long as the machine keeps up. */
const seenLateUs = 5000;

/**
 * Evaluates all runs and phases in one pass over the recording, which has ended.
 * @param accuracy of a power reading, as a share; the board's nominal one where undefined
 */
export async function evaluateExperiment(
  experiment: Experiment,
  baseline: Baseline,
  measurement: Measurement,
  accuracy: number | undefined,
): Promise<Evaluation> {
  const accuracyShare = accuracy ?? measurement.nominalAccuracy;
  const facts: CostFacts = { components: measurement.components, accuracyShare };
  const groups: StretchGroup[] = [];
  const ask = (group: StretchGroup): number => groups.push(group) - 1;

  const idleAt = experiment.baseline
    ? ask({ stretches: [exactStretch(experiment.baseline)], distribution: false })
    : null;
  const lastAt = experiment.last ? ask(runGroup(experiment.last)) : null;
  const asked = experiment.runs.map((runs) => ({
    runs: runs.map((run) => ({ run, at: ask(runGroup(run)) })),
    phases: mergePhases(withPhases(runs).map((run) => run.phases)).map((phase) => ({
      phase,
      at: ask(phaseGroup(phase)),
    })),
  }));

  const results = await measurement.evaluate(groups);
  const idle = idleAt === null ? knownIdle(baseline, facts) : measuredIdle(results[idleAt]!, facts);
  const commands = asked.map(({ runs, phases }) => ({
    argv: runs[0]?.run.argv ?? [],
    runs: runs.map(({ run, at }) => runSummary(run, results[at]!, facts, idle)),
    phases: phases.map(({ phase, at }) => phaseSummary(phase, results[at]!, facts)),
  }));
  const { last } = experiment;
  const command = last && { argv: last.argv, ...runSummary(last, results[lastAt!]!, facts, idle) };
  const warnings = experimentWarnings(experiment);
  if (command && measurement.hasBoard) warnings.push(...uncovered(command, results[lastAt!]!.withinUs / 1e6));
  return { commands, command, warnings };
}

/** The recording may have ended before the command: a capture as the port, or a board that did not come back. */
function uncovered({ duration_s }: CommandSummary, within_s: number): Warning[] {
  if (duration_s - within_s < 1e-3) return [];
  const message = `the recording covers ${within_s.toFixed(3)} s of the command's ${duration_s.toFixed(3)} s; energies are of that part`;
  return [{ code: 'command-uncovered', message }];
}

const exactStretch = ({ startUs, endUs }: { readonly startUs: number; readonly endUs: number }) => ({
  startUs,
  endUs,
  startUncertaintyUs: 0,
  endUncertaintyUs: 0,
});

const runGroup = ({ startNs, endNs }: MarkedRun): StretchGroup => ({
  stretches: [exactStretch({ startUs: startNs / 1000, endUs: endNs / 1000 })],
  distribution: true,
});

const phaseGroup = ({ spans }: Phase): StretchGroup => ({
  stretches: spans.map(({ startNs, endNs, startTimed, endTimed }) => ({
    startUs: startNs / 1000,
    endUs: endNs / 1000,
    startUncertaintyUs: startTimed ? 0 : seenLateUs,
    endUncertaintyUs: endTimed ? 0 : seenLateUs,
  })),
  distribution: false,
});

/** A phase is a sum over runs that went well; where none did, what the last one marked is better than nothing. */
function withPhases(runs: readonly ExperimentRun[]): readonly ExperimentRun[] {
  const counted = runs.filter(({ status }) => status === 'ok');
  return counted.length > 0 ? counted : runs.slice(-1);
}

function runSummary(
  run: ExperimentRun,
  result: GroupResult,
  facts: CostFacts,
  idle: IdlePower | null,
): RunSummary {
  const cost = costOf<PowerDistribution>(result, (run.endNs - run.startNs) / 1000, facts);
  return {
    number: run.number,
    status: run.status,
    ...(run.warmup ? { warmup: true } : {}),
    exit_code: run.end.exitCode,
    signal: run.end.signal,
    pid: run.end.pid,
    start_s: run.startNs / 1e9,
    end_s: run.endNs / 1e9,
    ...cost,
    ...aboveIdle(cost, result.withinUs, idle, facts.components),
  };
}

function phaseSummary(phase: Phase, result: GroupResult, facts: CostFacts): PhaseSummary {
  const { name, spans, count, unended } = phase;
  const durationNs = spans.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
  const cost = costOf<PowerRange>(result, durationNs / 1000, facts);
  return {
    name,
    times: spans.length,
    ...(count === null ? {} : { count }),
    ...(unended === 0 ? {} : { unended }),
    spans: spans.map(({ startNs, endNs }) => ({ start_s: startNs / 1e9, end_s: endNs / 1e9 })),
    ...cost,
    ...(count === null || count === 0 || durationNs === 0
      ? {}
      : {
          energy_per_count_j: perComponent(facts.components, (component) => {
            const energyJ = cost.energy_j[component]!;
            return energyJ === null ? null : tidy(energyJ / count);
          }),
        }),
  };
}
