import { inputError } from '../../errors.js';
import { readSummary } from '../../exec/earlier.js';
import { summarizeRuns } from '../../exec/figures/repeated-runs.js';
import type { RepeatedRuns, RunSummary } from '../../exec/figures/summaries.js';
import type { RepairedSummary } from '../../measure/summary.js';
import { SecondReading } from '../../report/reading/again.js';
import { toldIn } from '../../report/reading/told.js';
import { readRested } from '../../report/rested.js';
import { type KnownSummary, summarySchema } from '../../schema/summary.js';
import type { SpanGroup } from '../../trace/span.js';
import type { SpanCost } from '../../trace/trace.js';
import { isCapture } from '../sides/open-side.js';
import { summaryOf } from '../sides/recording-facts.js';

/** What one command's runs came to, and its phases. */
export type CommandRuns = RepeatedRuns & Required<Pick<RepeatedRuns, 'phases'>>;

/** A recording of runs, or the summary of one. */
export interface RunFile {
  readonly path: string;
  readonly summary: RepairedSummary;
  /** By command; one that is no command's, of a recording that ran none. */
  readonly commands: readonly CommandRuns[];
  /** Whether it ran a command. */
  readonly hasCommand: boolean;
  /** What any spans of it cost; null where only the summary is there, or rows are means. */
  readonly evaluate: ((groups: readonly SpanGroup[]) => Promise<SpanCost[]>) | null;
}

/**
 * Opens a summary, a capture, or a CSV with a summary beside it.
 * @throws UserError (badInput)
 */
export async function openRunFile(path: string): Promise<RunFile> {
  if (isJsonFile(path)) return runFile(path, await readSummary(path, summarySchema), null);
  if (await isCapture(path)) {
    const rested = await readRested(path);
    const { summary, facts, again } = rested;
    return runFile(path, summary, facts && ((groups) => new SecondReading(again, facts).evaluate(groups)));
  }
  const placed = summaryOf(path);
  if (!placed)
    throw inputError(
      `${path} has no summary beside it: runs are compared by what \`powerlog exec --out\` wrote, such as run.csv with run.summary.json`,
    );
  return runFile(path, placed.summary, async (groups) => {
    const { facts, again } = await readRested(path);
    return facts ? new SecondReading(again, facts).evaluate(groups) : [];
  });
}

export const isJsonFile = (path: string): boolean => /\.json$/i.test(path);

/** @param evaluate as of `RunFile` */
export function runFile(
  path: string,
  told: KnownSummary | RepairedSummary,
  evaluate: RunFile['evaluate'],
): RunFile {
  const summary = told as RepairedSummary;
  const { command, phases, runs } = toldIn(summary);
  const own = { argv: command?.argv ?? [], runs: [command ?? wholeRun(summary)], phases: [] };
  return {
    ...{ path, summary, evaluate },
    commands:
      runs.length === 0
        ? [{ ...summarizeRuns(own, 0), phases }]
        : runs.map((each) => ({ ...each, phases: each.phases ?? phases })),
    hasCommand: command !== null || runs.length > 0,
  };
}

/** A recording that ran nothing, as one run. */
function wholeRun(summary: RepairedSummary): RunSummary {
  const { duration_s, coverage, power_w, energy_j, energy_uncertainty_j, uncertainty } = summary;
  return {
    ...{ number: 1, status: 'ok', exit_code: null, signal: null, pid: null },
    ...{ start_s: 0, end_s: duration_s ?? 0, duration_s: duration_s ?? 0, coverage: coverage ?? 1 },
    ...{ power_w, energy_j, energy_uncertainty_j, uncertainty, baseline_power_w: null },
    ...{ energy_above_idle_j: {}, energy_above_idle_uncertainty_j: {} },
  };
}

/** Whether two recordings are of two times, and so to be compared by their runs, and not instant by instant. */
export function areOfTwoTimes(first: RunFile, second: RunFile): boolean {
  const reach = ({ summary }: RunFile) => {
    const start = summary.start_unix_s;
    return start === null || summary.duration_s === null ? null : [start, start + summary.duration_s];
  };
  const [a, b] = [reach(first), reach(second)];
  if (!a || !b) return false;
  return Math.min(a[1]!, b[1]!) <= Math.max(a[0]!, b[0]!);
}
