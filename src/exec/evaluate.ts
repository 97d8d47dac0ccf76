import type { Warning } from '../block.js';
import type { PerComponent } from '../measure/summary.js';
import { plural } from '../units.js';
import { type CostFacts, costOf, perComponent, tidy } from './cost.js';
import type { Baseline, Experiment } from './experiment.js';
import type { GroupResult } from './group.js';
import type { MarkedRun } from './marked-run.js';
import type { Measurement } from './measurement.js';
import { mergePhases, type Phase } from './phases.js';
import type { StretchGroup } from './stretches.js';
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
    phases: mergePhases(runs.map((run) => run.phases)).map((phase) => ({
      phase,
      at: ask(phaseGroup(phase)),
    })),
  }));

  const results = await measurement.evaluate(groups);
  const idleW = idleAt === null ? knownIdle(baseline, facts) : idlePower(results[idleAt]!, facts);
  const commands = asked.map(({ runs, phases }) => ({
    argv: runs[0]?.run.argv ?? [],
    runs: runs.map(({ run, at }) => runSummary(run, results[at]!, facts, idleW)),
    phases: phases.map(({ phase, at }) => phaseSummary(phase, results[at]!, facts)),
  }));
  const { last } = experiment;
  const command = last && { argv: last.argv, ...runSummary(last, results[lastAt!]!, facts, idleW) };
  const warnings = experiment.runs
    .flat()
    .flatMap((run, n, { length }) => warningsOf(run, length > 1 ? n + 1 : null));
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

function idlePower(result: GroupResult, facts: CostFacts): PerComponent<number> | null {
  const { power_w } = costOf<PowerRange>(result, result.withinUs, facts);
  if (facts.components.some((name) => power_w[name]!.mean === null)) return null;
  return perComponent(facts.components, (name) => power_w[name]!.mean!);
}

/** Null where the file does not know all components: their sums would not fit together. */
function knownIdle(baseline: Baseline, { components }: CostFacts): PerComponent<number> | null {
  if (baseline.kind !== 'known' || components.some((name) => baseline.powerW[name] === undefined))
    return null;
  return perComponent(components, (name) => baseline.powerW[name]!);
}

function runSummary(
  run: MarkedRun,
  result: GroupResult,
  facts: CostFacts,
  idleW: PerComponent<number> | null,
): RunSummary {
  const cost = costOf<PowerDistribution>(result, (run.endNs - run.startNs) / 1000, facts);
  return {
    exit_code: run.end.exitCode,
    signal: run.end.signal,
    pid: run.end.pid,
    start_s: run.startNs / 1e9,
    end_s: run.endNs / 1e9,
    ...cost,
    baseline_power_w: idleW,
    energy_above_idle_j: perComponent(facts.components, (name) => {
      const energyJ = cost.energy_j[name]!;
      return energyJ === null || !idleW ? null : tidy(energyJ - (idleW[name]! * result.withinUs) / 1e6);
    }),
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

/** @param number of the run, where there are several */
function warningsOf(run: MarkedRun, number: number | null): Warning[] {
  const where = number === null ? '' : `run ${number}: `;
  const warnings: Warning[] = run.problems.map(({ line, message }) => ({
    code: 'mark',
    message: `${where}${line === null ? '' : `line ${line} of the marks: `}${message}`,
  }));
  const hidden = run.problemCount - run.problems.length;
  if (hidden > 0)
    warnings.push({
      code: 'mark',
      message: `${where}${plural(hidden, 'more line')} of the marks could not be read`,
    });
  for (const { name, unended } of run.phases)
    if (unended > 0)
      warnings.push({
        code: 'phase-unended',
        message: `${where}phase ${JSON.stringify(name)} was never ended${unended > 1 ? ` ${unended} times` : ''}; it ends with the command`,
      });
  if (run.end.failure !== null) warnings.push({ code: 'not-run', message: where + run.end.failure });
  return warnings;
}
