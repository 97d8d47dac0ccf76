import { isatty } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import type { Comparison } from '../../exec/figures/repeated-runs.js';
import type { RepairedSummary, Summary } from '../../measure/summary.js';
import { toldIn } from '../../report/reading/told.js';
import { summaryText } from '../terminal/summary-text.js';

const standardOutput = 1;

/** Whether colours show where the report goes. */
export const hasColours = (): boolean =>
  isatty(standardOutput) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

/** Text as it goes to standard output: its colours were chosen for standard error, which may be another thing. */
export const forOutput = (text: string): string => (hasColours() ? text : stripVTControlCharacters(text));

/** The figures of a recording as `replay` prints them: those of a command where one was measured. */
export async function figuresText(summary: RepairedSummary): Promise<string> {
  const { command, phases, runs } = toldIn(summary);
  if (!command || command.pid === null || summary.samples === null) return summaryText(summary);
  const [{ reportText }, { commandNames }] = await Promise.all([
    import('../exec/exec-report.js'),
    import('../../exec/figures/names.js'),
  ]);
  const { comparison = null } = summary as { readonly comparison?: Comparison };
  const lines = (runs.length > 0 ? runs : [command]).map(({ argv }) => argv.join(' '));
  const names = commandNames(lines);
  return reportText({
    ...{ command, phases, repeated: runs, comparison, names, files: [] },
    summary: summary as Summary,
  }).trimStart();
}
