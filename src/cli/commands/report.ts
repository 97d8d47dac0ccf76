import { Command } from 'commander';
import { forceOption } from '../options.js';
import {
  addFigureOptions,
  type FigureOptions,
  figureHelp,
  figureStyle,
  rollingOption,
} from '../report-figure-options.js';
import { notice } from '../terminal/notices.js';

interface ReportOptions extends FigureOptions {
  readonly html?: string;
  readonly force?: boolean;
}

export function reportCommand(): Command {
  const command = new Command('report')
    .description('Show recordings: figures, pictures and pages')
    .argument('<run...>', 'captures (.plog) or CSVs')
    .option('--html <file>', 'a page in one file');
  return addFigureOptions(command)
    .addOption(rollingOption())
    .addOption(forceOption())
    .addHelpText('after', `\nExamples:\n${figureHelp}`)
    .action(report);
}

async function report(
  paths: readonly string[],
  { html, force = false, ...options }: ReportOptions,
): Promise<void> {
  const style = figureStyle(options);
  const [{ readRested }, { htmlReport }, { FigureOutputs }] = await Promise.all([
    import('../../report/rested.js'),
    import('../../report/html.js'),
    import('../../report/figure/draw.js'),
  ]);
  const { writeFileSync } = await import('node:fs');
  const figure = new FigureOutputs(options, force);
  try {
    const recordings = [];
    for (const path of paths) recordings.push(await readRested(path));
    if (html !== undefined) writeFileSync(html, await htmlReport(recordings), { flag: force ? 'w' : 'wx' });
    await figure.draw(recordings, style, {}, (message) => notice(`warning: ${message}`));
  } finally {
    await figure.close();
  }
}
