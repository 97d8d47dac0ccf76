import type { Summary } from '../../measure/summary.js';
import type { Exported } from '../export.js';
import type { MeasuredEnergy } from '../limits.js';
import type { LoggedPlan } from '../runs/experiment-log.js';
import type { Evaluation } from './evaluate.js';
import { commandNames } from './names.js';
import { type Comparison, compareRuns, counts, summarizeRuns, wentWell } from './repeated-runs.js';
import { mean } from './statistics.js';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from './summaries.js';

/** What an experiment comes to, for the summary, the exports and people. */
export interface Conclusions {
  /** Null where nothing was run. */
  readonly command: CommandSummary | null;
  /** Empty where several commands have each their own. */
  readonly phases: readonly PhaseSummary[];
  /** Where there was more than one run or command. */
  readonly repeated: readonly RepeatedRuns[];
  /** Between two commands. */
  readonly comparison: Comparison | null;
  /** Null where nothing was run. */
  readonly exported: Exported | null;
  readonly extra: Partial<Summary>;
  /** What people call the commands. */
  readonly names: readonly string[];
}

export function conclusionsOf(evaluation: Evaluation, plan: LoggedPlan): Conclusions {
  const lines = commandLines(plan);
  const names = commandNames(lines);
  const several = plan.commands.length > 1;
  const measured = evaluation.commands.filter(({ runs }) => runs.length > 0);
  const runs: RepeatedRuns[] = measured.map((each) => ({
    ...summarizeRuns(each, plan.warmups),
    ...(several ? { phases: each.phases } : {}),
  }));
  const [first, second] = runs;
  const comparison =
    first && second && plan.commands.length === 2
      ? compareRuns([first, second], [names[0]!, names[1]!])
      : null;
  const phases = several ? [] : (evaluation.commands[0]?.phases ?? []);
  const repeated = several || plan.runs > 1 ? runs : [];
  const extra: Partial<Summary> = {
    ...(evaluation.command ? { command: evaluation.command } : {}),
    ...(evaluation.command && !several ? { phases } : {}),
    ...(repeated.length > 0 ? { runs: repeated } : {}),
    ...(comparison ? { comparison } : {}),
  };
  const exported = runs.length > 0 ? { runs, comparison, lines } : null;
  return { command: evaluation.command, phases, repeated, comparison, exported, extra, names };
}

/** The command lines, whole: several are each a line for a shell. */
const commandLines = ({ commands }: LoggedPlan): string[] =>
  commands.map((argv) => (commands.length > 1 ? argv.at(-1)! : argv.join(' ')));

/**
 * What the limits are held against: of several commands, the last; of several runs the mean of those that count, and the worst
 * coverage of those that went well. Where none counts, since none was measured whole, what was recorded of them.
 */
export function measuredEnergy({ command, repeated }: Conclusions): MeasuredEnergy | null {
  const last = repeated.at(-1);
  if (last) return energyOfRuns(last);
  const energyJ = command?.energy_j.system ?? null;
  if (!command || command.warmup || energyJ === null) return null;
  const uncertaintyJ = command.energy_uncertainty_j.system ?? null;
  return { energyJ, uncertaintyJ, coverage: command.coverage, isPart: command.partly_measured ?? false };
}

function energyOfRuns({ runs, energy_j }: RepeatedRuns): MeasuredEnergy | null {
  const well = runs.filter(wentWell);
  const coverage = Math.min(...well.map((run) => run.coverage));
  const { system } = energy_j;
  if (system) {
    const uncertaintyJ = system.interval95 && system.interval95[1] - system.mean;
    return { energyJ: system.mean, uncertaintyJ, coverage, isPart: false };
  }
  if (well.some(counts) || !well.some((run) => run.energy_j.system !== null)) return null;
  // At least: of a run that was not recorded at all it is nothing.
  const energyJ = mean(well.map((run) => run.energy_j.system ?? 0));
  return { energyJ, uncertaintyJ: null, coverage, isPart: true };
}
