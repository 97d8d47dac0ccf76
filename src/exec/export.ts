import { stringify } from 'csv-stringify/sync';
import { formatUncertain } from '../measure/honest-digits.js';
import type { PerComponent } from '../measure/summary.js';
import { OutputFile } from '../sink/output-file.js';
import type { Comparison } from './repeated-runs.js';
import type { RepeatedRuns, RepeatedSummary } from './summaries.js';

/** What the exports hold. */
export interface Exported {
  readonly runs: readonly RepeatedRuns[];
  /** Between two commands. */
  readonly comparison: Comparison | null;
  /** What people call the commands. */
  readonly names: readonly string[];
}

/** A format, as text. */
export type ExportFormat = (exported: Exported) => string;

export const exportFormats: Readonly<Record<'json' | 'markdown' | 'csv', ExportFormat>> = {
  json: ({ runs, comparison }) => `${JSON.stringify({ runs, comparison }, null, 2)}\n`,
  markdown: exportMarkdown,
  csv: exportCsv,
};

/** An export whose file is made before anything is measured, so that a bad path costs no run. */
export class ExportFile {
  readonly #file: OutputFile;

  /** @throws UserError (outputFailed) */
  constructor(
    readonly path: string,
    private readonly format: ExportFormat,
    force: boolean,
  ) {
    this.#file = new OutputFile({ path, force });
  }

  /** @throws UserError (outputFailed) */
  async write(exported: Exported): Promise<void> {
    const text = this.format(exported);
    await this.#file.write(new TextEncoder().encode(text), text.split('\n').length - 1);
  }

  /** Removes what was made and not written. */
  close(): Promise<void> {
    return this.#file.close();
  }
}

/** One row a command: figures with their 95 % intervals. */
function exportMarkdown({ runs, names, comparison }: Exported): string {
  const components = componentsOf(runs);
  const head = ['Command', 'Runs', 'Time', ...components.map((name) => `Energy, ${name}`), 'Power, system'];
  const rows = runs.map((each, n) => [
    `\`${names[n]!.replaceAll('|', '\\|').replaceAll('`', "'")}\``,
    String(each.runs.length),
    withInterval(each.duration_s, 's'),
    ...components.map((name) => withInterval(each.energy_j[name], 'J')),
    withInterval(each.power_w.system, 'W'),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = ['---', ...head.slice(1).map(() => '---:')];
  const table = [head, rule, ...rows].map(line).join('\n');
  return `${table}\n${comparison ? `\n${comparison.sentence}\n` : ''}`;
}

function withInterval(figure: RepeatedSummary | null | undefined, unit: string): string {
  if (!figure) return '';
  const half = figure.interval95 && figure.interval95[1] - figure.mean;
  return formatUncertain(figure.mean, half, unit);
}

/** One row a run. */
function exportCsv({ runs, names }: Exported): string {
  const components = componentsOf(runs);
  const perRun = (name: string, of: PerComponent<number | null>) => of[name] ?? '';
  const rows = runs.flatMap((each, n) =>
    each.runs.map((run, index) => [
      names[n],
      index + 1,
      run.exit_code ?? '',
      run.signal ?? '',
      run.start_s,
      run.duration_s,
      ...components.flatMap((name) => [
        perRun(name, run.energy_j),
        perRun(name, run.energy_uncertainty_j),
        perRun(name, run.energy_above_idle_j),
        run.power_w[name]?.mean ?? '',
      ]),
    ]),
  );
  const figures = ['energy_j', 'energy_uncertainty_j', 'energy_above_idle_j', 'power_w'];
  const head = ['command', 'run', 'exit_code', 'signal', 'start_s', 'duration_s'];
  return stringify([
    [...head, ...components.flatMap((name) => figures.map((figure) => `${name}_${figure}`))],
    ...rows,
  ]);
}

const componentsOf = (runs: readonly RepeatedRuns[]): string[] => Object.keys(runs[0]?.energy_j ?? {});
