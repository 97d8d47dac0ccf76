import { basename } from 'node:path';
import { inputError } from '../../errors.js';
import { readSummary } from '../../exec/earlier.js';
import { summarizeRuns } from '../../exec/figures/repeated-runs.js';
import type { RepeatedRuns, RunSummary } from '../../exec/figures/summaries.js';
import type { RepairedSummary } from '../../measure/summary.js';
import { SecondReading } from '../../report/reading/again.js';
import { toldIn } from '../../report/reading/told.js';
import { readRested } from '../../report/rested.js';
import { type KnownSummary, summarySchema } from '../../schema/summary.js';
import type { Warning } from '../../stream/warning.js';
import type { SpanGroup } from '../../trace/span.js';
import type { Trace } from '../../trace/trace.js';
import { isCapture } from '../sides/open-side.js';
import { summaryOf } from '../sides/recording-facts.js';
import { allBoards, boardFiles, evaluateAll, type MeasuringBoards, oneBoard } from './boards.js';

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
  readonly evaluate: Trace['evaluate'] | null;
  /** Of which boards all of this is; null where the recording has one. */
  readonly boards: MeasuringBoards | null;
  readonly warnings: readonly Warning[];
}

/**
 * Opens a summary, a capture, or a CSV with a summary beside it. With several boards, the summary and the CSV that the recording was
 * named by are all of them; a capture, and another board's CSV, are that board alone.
 * @throws UserError (badInput)
 */
export async function openRunFile(path: string): Promise<RunFile> {
  if (isJsonFile(path)) {
    const summary = await readSummary(path, summarySchema);
    return runFile(path, summary, null, { boards: allBoards(summary) });
  }
  if (await isCapture(path)) return openOfOne(path);
  const placed = summaryOf(path);
  if (!placed)
    throw inputError(
      `${path} has no summary beside it: runs are compared by what \`powerlog exec --out\` wrote, such as run.csv with run.summary.json`,
    );
  const { summary } = placed;
  const boards = allBoards(summary);
  if (!boards)
    return runFile(path, summary, async (groups) => {
      const { facts, again } = await readRested(path);
      return facts ? new SecondReading(again, facts).evaluate(groups) : [];
    });
  const { paths, missing } = boardFiles(placed);
  if (placed.file !== basename(paths[0] ?? '')) return openOfOne(path);
  if (missing.length > 0) return openOfOne(path, missing);
  return runFile(path, summary, evaluateAll(paths, summary), { boards });
}

/** Of one board, of a recording of several too. @param missing files of the others that would be the whole with it */
async function openOfOne(path: string, missing: readonly string[] = []): Promise<RunFile> {
  const { summary, facts, again } = await readRested(path);
  const warnings = missing.map(
    (each): Warning => ({
      code: 'board-left-out',
      message: `${path} is compared as one board's alone, since ${each} is not there`,
    }),
  );
  const evaluate =
    facts && ((groups: readonly SpanGroup[]) => new SecondReading(again, facts).evaluate(groups));
  return runFile(path, summary, evaluate, { boards: oneBoard(path), warnings });
}

export const isJsonFile = (path: string): boolean => /\.json$/i.test(path);

/** @param evaluate as of `RunFile` */
export function runFile(
  path: string,
  told: KnownSummary | RepairedSummary,
  evaluate: RunFile['evaluate'],
  { boards = null, warnings = [] }: Partial<Pick<RunFile, 'boards' | 'warnings'>> = {},
): RunFile {
  const summary = told as RepairedSummary;
  const { command, phases, runs } = toldIn(summary);
  const own = { argv: command?.argv ?? [], runs: [command ?? wholeRun(summary)], phases: [] };
  return {
    ...{ path, summary, evaluate, boards, warnings },
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
