import type { Warning } from '../../stream/warning.js';
import type { SpanCost } from '../../trace/trace.js';
import { statusText } from '../runs/hooks.js';
import type { RunSummary } from './summaries.js';

/** Of more than this share, what was recorded is less than the run. As of `low-coverage`. */
const mostUnrecorded = 0.01;
/** Less is not worth a word. */
const edgeS = 1e-3;

/** What keeps a run out of means: absent where enough of it was measured. */
type PartlyMeasured = Pick<RunSummary, 'partly_measured'>;

/** What lies before the first or behind the last sample, and so is in no energy; what lies in gaps is, and its uncertainty too. */
const unrecordedS = ({ cost: { duration_s }, withinUs }: SpanCost): number => duration_s - withinUs / 1e6;

export const partlyMeasured = (result: SpanCost): PartlyMeasured =>
  unrecordedS(result) >= Math.max(edgeS, mostUnrecorded * result.cost.duration_s)
    ? { partly_measured: true }
    : {};

/** A run, and what is known of it. */
interface MeasuredRun {
  /** What people call it where there are several; null for the command. */
  readonly name: string | null;
  readonly result: SpanCost;
  /** Whether it would be in means, were it measured. */
  readonly isCounted: boolean;
}

/** More than this would be a list of its own; the summary's `runs` has all of them. */
const listed = 10;

/** The recording may have ended before a command: a capture as the port, or a board that did not come back. */
export function uncoveredWarnings(runs: readonly MeasuredRun[]): Warning[] {
  const texts = runs.flatMap((run) => uncoveredText(run) ?? []);
  const hidden = texts.length - listed;
  if (hidden > 0) texts.splice(listed, hidden, `${hidden} more of the runs were measured in part only`);
  return texts.map((message) => ({ code: 'command-uncovered', message }));
}

function uncoveredText({ name, result, isCounted }: MeasuredRun): string | null {
  const lackingS = unrecordedS(result);
  if (lackingS < edgeS) return null;
  const { duration_s } = result.cost;
  const covered = `the recording covers ${(duration_s - lackingS).toFixed(3)} s of`;
  const length = `${duration_s.toFixed(3)} s; energies are of what was recorded`;
  if (name === null) return `${covered} the command's ${length}`;
  const isLeftOut = isCounted && partlyMeasured(result).partly_measured;
  return `${name}: ${covered} its ${length}${isLeftOut ? '; it is in no mean, interval or test' : ''}`;
}

/** Why a run is in no mean: `failed, exit code 3`, or how much of it was measured. */
export const leftOutText = (run: RunSummary): string =>
  run.status === 'ok' && run.partly_measured
    ? `${(run.coverage * 100).toFixed(1)} % measured`
    : statusText(run);
