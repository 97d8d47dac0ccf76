import { stringify } from 'csv-stringify/sync';
import { OutputFile } from '../file/output-file.js';
import { formatUncertain } from '../measure/honest-digits.js';
import type { PerComponent } from '../measure/summary.js';
import { printable } from '../text.js';
import { leftOutText } from './figures/measured-part.js';
import { type Comparison, counts } from './figures/repeated-runs.js';
import type { RepeatedRuns, RepeatedSummary, RunSummary } from './figures/summaries.js';

/** What the exports hold. */
export interface Exported {
  readonly runs: readonly RepeatedRuns[];
  /** Between two commands. */
  readonly comparison: Comparison | null;
  /** The command lines, whole. */
  readonly lines: readonly string[];
}

/** A format, as text. */
type ExportFormat = (exported: Exported) => string;

export const exportFormats: Readonly<Record<'json' | 'markdown' | 'csv', ExportFormat>> = {
  json: ({ runs, comparison }) => `${JSON.stringify({ runs, comparison }, null, 2)}\n`,
  markdown: exportMarkdown,
  csv: exportCsv,
};

/** An export whose file is made before anything is measured, so that a bad path costs no run. */
export class ExportFile {
  readonly #file: OutputFile;
  readonly #format: ExportFormat;
  #open = true;

  /** @throws UserError (outputFailed) */
  constructor(
    readonly path: string,
    format: ExportFormat,
    force: boolean,
  ) {
    this.#format = format;
    this.#file = new OutputFile({ path, force, unit: 'file' });
  }

  /** Writes and closes it: some file systems only say then that it could not be kept. @throws UserError (outputFailed), ReaderGone */
  async write(exported: Exported): Promise<void> {
    const text = this.#format(exported);
    try {
      await this.#file.write(new TextEncoder().encode(text), text.split('\n').length - 1);
    } finally {
      await this.close();
    }
  }

  /** Removes what was made and not written; safe to call twice. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
  }
}

/** One row a command: figures with their 95 % intervals; then the runs that are not in them. */
function exportMarkdown({ runs, lines, comparison }: Exported): string {
  const components = componentsOf(runs);
  const head = ['Command', 'Runs', 'Time', ...components.map((name) => `Energy, ${name}`), 'Power, system'];
  const rows = runs.map((each, n) => [
    codeSpan(lines[n]!).replaceAll('|', '\\|'),
    String(each.counted),
    withInterval(each.duration_s, 's'),
    ...components.map((name) => withInterval(each.energy_j[name], 'J')),
    withInterval(each.power_w.system, 'W'),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = ['---', ...head.slice(1).map(() => '---:')];
  const table = [head, rule, ...rows].map(line).join('\n');
  const leftOut = runs.flatMap((each, n) =>
    each.runs
      .filter((run) => !counts(run))
      .map((run) => `- ${kindOf(run)} ${run.number} of ${codeSpan(lines[n]!)}: ${leftOutText(run)}`),
  );
  const blocks = [
    table,
    ...(leftOut.length > 0 ? [`Not in these figures:\n\n${leftOut.join('\n')}`] : []),
    ...(comparison ? [comparison.sentence] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const kindOf = ({ warmup }: RunSummary): string => (warmup ? 'warm-up' : 'run');

/** Text as code, which ends at the first run of backticks that is as long as the one it begins with. */
function codeSpan(text: string): string {
  const shown = printable(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const edge = longest > 0 ? ' ' : '';
  return `${fence}${edge}${shown}${edge}${fence}`;
}

function withInterval(figure: RepeatedSummary | null | undefined, unit: string): string {
  if (!figure) return '';
  const half = figure.interval95 && figure.interval95[1] - figure.mean;
  return formatUncertain(figure.mean, half, unit);
}

/** One row a run. */
function exportCsv({ runs, lines }: Exported): string {
  const components = componentsOf(runs);
  const perRun = (name: string, of: PerComponent<number | null>) => of[name] ?? '';
  const rows = runs.flatMap((each, n) =>
    each.runs.map((run) => [
      lines[n],
      run.number,
      run.exit_code ?? '',
      run.signal ?? '',
      run.start_s,
      run.duration_s,
      ...components.flatMap((name) => [
        perRun(name, run.energy_j),
        perRun(name, run.energy_uncertainty_j),
        perRun(name, run.energy_above_idle_j),
        perRun(name, run.energy_above_idle_uncertainty_j),
        run.power_w[name]?.mean ?? '',
      ]),
      run.status,
      kindOf(run),
      run.coverage,
    ]),
  );
  const figures = [
    'energy_j',
    'energy_uncertainty_j',
    'energy_above_idle_j',
    'energy_above_idle_uncertainty_j',
    'power_w',
  ];
  const head = ['command', 'run', 'exit_code', 'signal', 'start_s', 'duration_s'];
  return stringify([
    [
      ...head,
      ...components.flatMap((name) => figures.map((figure) => `${name}_${figure}`)),
      'status',
      'kind',
      'coverage',
    ],
    ...rows,
  ]);
}

const componentsOf = (runs: readonly RepeatedRuns[]): string[] => Object.keys(runs[0]?.energy_j ?? {});
