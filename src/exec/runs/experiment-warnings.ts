import type { Warning, WarningCode } from '../../stream/warning.js';
import { plural } from '../../units.js';
import type { ExperimentLog, LoggedRun } from './experiment-log.js';
import { statusText } from './hooks.js';

/** What there is to say of the runs, by command. How a single run ended is said with its figures. */
export function experimentWarnings({ runs: commands, repeated }: ExperimentLog): Warning[] {
  return commands.flatMap((runs, index) => {
    const ofCommand = commands.length > 1 ? ` of command ${index + 1}` : '';
    const label = (run: LoggedRun) => (repeated || run.warmup ? `${labelOf(run)}${ofCommand}: ` : '');
    const bad = runs.filter(({ status, warmup }) => status !== 'ok' && (repeated || warmup));
    const [cut] = repeated ? [] : runs.filter(({ status }) => status === 'unended');
    return [
      ...leftOut(bad, ofCommand),
      ...(cut ? [unended(cut)] : []),
      ...runs.flatMap((run) => markWarnings(run, label(run))),
    ];
  });
}

export const labelOf = ({ warmup, number }: { readonly warmup?: boolean; readonly number: number }): string =>
  `${warmup ? 'warm-up' : 'run'} ${number}`;

/** More than this would be a list of its own; the summary's `runs` has all of them. */
const listed = 10;

function leftOut(bad: readonly LoggedRun[], ofCommand: string): Warning[] {
  const warnings = bad.slice(0, listed).map(
    (run): Warning => ({
      code: codeOf(run),
      message: `${labelOf(run)}${ofCommand} ${told(run)}${run.warmup ? '' : '; it is in no mean, interval or test'}`,
    }),
  );
  const hidden = bad.length - warnings.length;
  if (hidden > 0)
    warnings.push({
      code: 'run-failed',
      message: `${plural(hidden, 'more run')}${ofCommand} did not go well and ${hidden === 1 ? 'is' : 'are'} left out`,
    });
  return warnings;
}

/** Of a run that did not go well; no other is asked for. */
function codeOf({ warmup, status }: LoggedRun): WarningCode {
  if (warmup) return 'warmup-failed';
  return status === 'ok' ? 'run-failed' : `run-${status}`;
}

const unended = ({ span: { endNs } }: LoggedRun): Warning => ({
  code: 'run-unended',
  message: `the recording was cut off while the command ran: how it ended is not known, and all figures of it are up to ${(endNs / 1e9).toFixed(3)} s`,
});

function told({ status, end }: LoggedRun): string {
  const text = statusText({ status, exit_code: end.exitCode, signal: end.signal });
  return status === 'failed' ? text.replace('failed, ', 'failed: ') : `was ${text}`;
}

function markWarnings(run: LoggedRun, where: string): Warning[] {
  const warnings: Warning[] = run.problems.map(({ line, message }) => ({
    code: 'mark',
    message: `${where}${line === null ? '' : `line ${line} of the marks: `}${message}`,
  }));
  const hidden = run.problemCount - run.problems.length;
  if (hidden > 0)
    warnings.push({
      code: 'mark',
      message: `${where}${plural(hidden, 'more line')} of the marks could not be taken as they stand`,
    });
  for (const { name, unended } of run.phases)
    if (unended > 0)
      warnings.push({
        code: 'phase-unended',
        message: `${where}phase ${JSON.stringify(name)} was never ended${unended > 1 ? ` ${unended} times` : ''}; it ends with the ${run.status === 'unended' ? 'recording' : 'command'}`,
      });
  if (run.end.failure !== null) warnings.push({ code: 'not-run', message: where + run.end.failure });
  return warnings;
}
