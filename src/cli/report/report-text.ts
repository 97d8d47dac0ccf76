import { basename } from 'node:path';
import { isatty } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import type { Comparison } from '../../exec/figures/repeated-runs.js';
import type { RepairedSummary, Summary } from '../../measure/summary.js';
import { toldIn } from '../../report/reading/told.js';
import type { Rested } from '../../report/rested.js';
import type { SpanSummary } from '../../report/span/span-summary.js';
import { printable } from '../../text.js';
import { summaryText } from '../terminal/summary-text.js';
import { wiresText } from '../terminal/wires/recorded.js';
import { plotLines } from './report-plot.js';

const standardOutput = 1;
const usual = { widthCells: 80, heightCells: 18 };
/** Of a window, what the lines below the plot and the prompt take. */
const besidesLines = 4;
const usPerS = 1e6;

/** What a report prints where it goes nowhere else: figures, and a plot as wide as the window. */
export async function reportText(
  recordings: readonly Rested[],
  summaries: readonly SpanSummary[],
  offsets: readonly number[],
  series: string | undefined,
): Promise<string> {
  const names = recordings.map(({ path }) => printable(path));
  const texts: string[] = [];
  for (const [n, summary] of summaries.entries()) {
    const wires = wiresText(summary.wires);
    texts.push(
      `${recordings.length > 1 ? `${names[n]}\n` : ''}${await figuresText(summary, recordings[n]!)}`,
    );
    if (wires !== null) texts.push(wires);
  }
  const colours = hasColours();
  const plotted = recordings.flatMap((rested, n) => {
    const { from_s, to_s } = summaries[n]!;
    if (from_s === null || to_s === null) return [];
    return [
      {
        ...{ rested, name: basename(rested.path), offsetUs: offsets[n]! },
        ...{ fromUs: from_s * usPerS, toUs: to_s * usPerS },
      },
    ];
  });
  const plot = plotted.length === 0 ? [] : await plotLines(plotted, { ...windowSize(), colours, series });
  const text = [...texts, ...(plot.length > 0 ? [plot.join('\n')] : [])].join('\n\n');
  // The figures' colours were chosen for standard error, which may be another thing.
  return `${colours ? text : stripVTControlCharacters(text)}\n`;
}

/** Whether colours show where the report goes. */
const hasColours = (): boolean =>
  isatty(standardOutput) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

function windowSize(): { widthCells: number; heightCells: number } {
  const { columns = Number(process.env.COLUMNS) || usual.widthCells, rows } = process.stdout;
  const heightCells =
    rows === undefined ? usual.heightCells : Math.min(usual.heightCells, rows - besidesLines);
  return { widthCells: columns, heightCells };
}

/** The figures of a recording as `replay` prints them: those of a command where one was measured. */
async function figuresText(summary: RepairedSummary, { isHeld }: Rested): Promise<string> {
  const { command, phases, runs } = toldIn(summary);
  if (!command || command.pid === null || summary.samples === null)
    return summaryText(summary, [], isHeld ? 'readings' : 'means');
  const [exec, { commandNames }] = await Promise.all([
    import('../exec/exec-report.js'),
    import('../../exec/figures/names.js'),
  ]);
  const { comparison = null } = summary as { readonly comparison?: Comparison };
  const lines = (runs.length > 0 ? runs : [command]).map(({ argv }) => argv.join(' '));
  const names = commandNames(lines);
  return exec
    .reportText({
      ...{ command, phases, repeated: runs, comparison, names, files: [] },
      summary: summary as Summary,
    })
    .trimStart();
}
