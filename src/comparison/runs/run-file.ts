import { readFileSync, statSync } from 'node:fs';
import { errorText, inputError, systemErrorCode } from '../../errors.js';
import { summarizeRuns } from '../../exec/figures/repeated-runs.js';
import type { PhaseSummary, RepeatedRuns, RunSummary } from '../../exec/figures/summaries.js';
import type { RepairedSummary } from '../../measure/summary.js';
import { SecondReading } from '../../report/reading/again.js';
import { toldIn } from '../../report/reading/told.js';
import { readRested } from '../../report/rested.js';
import { issueText } from '../../schema/issue-text.js';
import { summarySchema } from '../../schema/summary.js';
import type { SpanGroup } from '../../trace/span.js';
import type { SpanCost } from '../../trace/trace.js';
import { isCapture } from '../sides/open-side.js';
import { summaryOf } from '../sides/recording-facts.js';

/** A recording of runs, or the summary of one. */
export interface RunFile {
  readonly path: string;
  readonly summary: RepairedSummary;
  /** By command; one that is no command's, of a recording that ran none. */
  readonly commands: readonly RepeatedRuns[];
  /** Whether it ran a command. */
  readonly hasCommand: boolean;
  /** Of a single command. */
  readonly phases: readonly PhaseSummary[];
  /** What any spans of it cost; null where only the summary is there, or rows are means. */
  readonly evaluate: ((groups: readonly SpanGroup[]) => Promise<SpanCost[]>) | null;
}

/**
 * Opens a summary, a capture, or a CSV with a summary beside it.
 * @throws UserError (badInput)
 */
export async function openRunFile(path: string): Promise<RunFile> {
  if (isJsonFile(path)) return runFile(path, readSummary(path), null);
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
  return runFile(path, placed.summary as unknown as RepairedSummary, async (groups) => {
    const { facts, again } = await readRested(path);
    return facts ? new SecondReading(again, facts).evaluate(groups) : [];
  });
}

export const isJsonFile = (path: string): boolean => /\.json$/i.test(path);

function readSummary(path: string): RepairedSummary {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const what = systemErrorCode(error) === 'ENOENT' ? 'no such file' : errorText(error).split('\n')[0];
    throw inputError(`${path}: the summary cannot be read: ${what}; expected a run.summary.json`, error);
  }
  const parsed = summarySchema.safeParse(json);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return parsed.data as unknown as RepairedSummary;
}

function runFile(path: string, summary: RepairedSummary, evaluate: RunFile['evaluate']): RunFile {
  const { command, phases, runs } = toldIn(summary);
  const single = runs.length === 0;
  const own = command ?? wholeRun(summary);
  return {
    ...{ path, summary, evaluate },
    commands: single ? [summarizeRuns({ argv: command?.argv ?? [], runs: [own], phases: [] }, 0)] : runs,
    hasCommand: command !== null || !single,
    phases: single || runs.length === 1 ? (runs[0]?.phases ?? phases) : [],
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

/** Whether there is a file to look at before it is read. */
export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
