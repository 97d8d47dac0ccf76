import { Command } from 'commander';
import { forceOption } from '../options.js';

interface ReportOptions {
  readonly html?: string;
  readonly force?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('Show recordings: figures, pictures and pages')
    .argument('<run...>', 'captures (.plog) or CSVs')
    .option('--html <file>', 'a page in one file')
    .addOption(forceOption())
    .action(report);
}

async function report(paths: readonly string[], { html, force = false }: ReportOptions): Promise<void> {
  const [{ readRested }, { htmlReport }] = await Promise.all([
    import('../../report/rested.js'),
    import('../../report/html.js'),
  ]);
  const { writeFileSync } = await import('node:fs');
  const recordings = [];
  for (const path of paths) recordings.push(await readRested(path));
  if (html !== undefined) writeFileSync(html, await htmlReport(recordings), { flag: force ? 'w' : 'wx' });
}
