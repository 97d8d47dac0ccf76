import { Command } from 'commander';
import type { ComparedRuns } from '../../comparison/runs/compare-runs.js';
import type { RunFile } from '../../comparison/runs/run-file.js';
import { ExitCode, UserError, usageError } from '../../errors.js';
import {
  type ComparedOptions,
  columnAOption,
  columnBOption,
  jsonOption,
  maxRegressionOption,
  pngOption,
  svgOption,
  timeBOption,
  tzBOption,
  unitBOption,
} from '../compare/compare-options.js';
import { forceOption } from '../options.js';
import { recordingInputs } from '../recording-inputs.js';
import type { ReportOutputs } from '../report/report-outputs.js';

const help = `
A is the reference: a recording, its CSV or its capture. B is what is held against it: a track of that recording (run.nvml.csv),
another recording, or anybody's file: nvidia-smi's, amd-smi's, rocm-smi's, CodeCarbon's, a notebook's CSV. Columns, units, zones and
clocks are recognised, and what was guessed is said. docs/compare.md tells what the figures mean.

Recordings of runs at two times (before and after a change), or their summaries, are compared run by run and phase by phase: the
first is the reference.

Examples:
  $ powerlog compare run.csv run.nvml.csv                     a sensor that was recorded beside the board
  $ powerlog compare run.csv smi.csv                          what nvidia-smi wrote meanwhile
  $ powerlog compare run.csv smi.csv --column-b power.draw@1 --tz-b Europe/Berlin
  $ powerlog compare run.plog log.csv --time-b t --column-b gpu --unit-b mW --json -
  $ powerlog compare run.csv smi.csv --svg compared.svg --png compared.png
  $ powerlog compare before.csv after.csv                     runs of a command, before a change and after it
  $ powerlog compare before.summary.json after.summary.json --max-regression 3%`;

export function compareCommand(): Command {
  return new Command('compare')
    .description("Hold a sensor's readings against the board's, or runs after a change against those before")
    .argument('<a>', 'the reference: a recording (.csv, .plog), a track, or a summary of runs')
    .argument(
      '<b...>',
      'what is compared with it: one trace, or one or more recordings of runs; - is standard input',
    )
    .addOption(columnAOption())
    .addOption(columnBOption())
    .addOption(timeBOption())
    .addOption(unitBOption())
    .addOption(tzBOption())
    .addOption(jsonOption())
    .addOption(svgOption())
    .addOption(pngOption())
    .addOption(maxRegressionOption())
    .addOption(forceOption())
    .addHelpText('after', help)
    .action(compare);
}

async function compare(a: string, others: readonly string[], options: ComparedOptions): Promise<void> {
  const paths = [a, ...others];
  if (paths.filter((path) => path === '-').length > 1)
    throw usageError('standard input (-) can be read once only');
  const { ReportOutputs: Outputs } = await import('../report/report-outputs.js');
  const outputs = new Outputs(options, await recordingInputs(paths, (n) => (n === 0 ? 'A' : 'B')));
  try {
    const { runFilesOf } = await import('../../comparison/runs/which.js');
    const runs = await runFilesOf(paths, asksForTraces(options), options.maxRegression !== undefined);
    if (runs) await compareRuns(runs, options, outputs);
    else await compareTraces(a, others[0]!, options, outputs);
  } finally {
    await outputs.close();
  }
}

/** Whether it is asked for what only traces have. */
const asksForTraces = ({ columnA, columnB, timeB, unitB, tzB, svg, png }: ComparedOptions): string | null => {
  const given = {
    '--column-a': columnA,
    '--column-b': columnB,
    '--time-b': timeB,
    '--unit-b': unitB,
    '--tz-b': tzB,
  };
  const named = Object.entries({ ...given, '--svg': svg, '--png': png }).find(
    ([, value]) => value !== undefined,
  );
  return named ? named[0] : null;
};

async function compareTraces(
  a: string,
  b: string,
  options: ComparedOptions,
  outputs: ReportOutputs,
): Promise<void> {
  const [{ compareFiles }, { comparisonDocument }] = await Promise.all([
    import('../../comparison/compare-files.js'),
    import('../../comparison/document.js'),
  ]);
  const compared = await compareFiles(a, b, options);
  await outputs.writeJson(comparisonDocument(compared));
  if (options.json !== '-') {
    const [{ compareText }, { print }] = await Promise.all([
      import('../compare/compare-text.js'),
      import('../terminal/say.js'),
    ]);
    print(compareText(compared));
  }
  if (!outputs.figure) return;
  const [{ comparedFigures }, { svgPanels, wholeOf }, { notice }] = await Promise.all([
    import('../../comparison/figures/compared-figures.js'),
    import('../../draw/svg/panels.js'),
    import('../terminal/notices.js'),
  ]);
  const { panels, name, description } = comparedFigures(compared);
  await outputs.figure.write(
    wholeOf(panels, name, description),
    svgPanels(panels, name, description),
    (message) => notice(`warning: ${message}`),
  );
}

async function compareRuns(
  [first, ...others]: readonly RunFile[],
  options: ComparedOptions,
  outputs: ReportOutputs,
): Promise<void> {
  const [{ compareRunFiles }, { runsDocument }] = await Promise.all([
    import('../../comparison/runs/compare-runs.js'),
    import('../../comparison/runs/runs-document.js'),
  ]);
  const compared: ComparedRuns[] = [];
  for (const each of others) compared.push(...(await compareRunFiles(first!, each)));
  await outputs.writeJson(runsDocument(compared));
  if (options.json !== '-') {
    const [{ runsText }, { print }] = await Promise.all([
      import('../compare/runs-text.js'),
      import('../terminal/say.js'),
    ]);
    print(compared.map(runsText).join('\n'));
  }
  if (options.maxRegression === undefined) return;
  const [{ regressions }, { notice }] = await Promise.all([
    import('../../comparison/runs/regressions.js'),
    import('../terminal/notices.js'),
  ]);
  const verdicts = regressions(compared, options.maxRegression);
  for (const { met, message } of verdicts) if (met) notice(message);
  const broken = verdicts.filter(({ met }) => !met);
  if (broken.length > 0)
    throw new UserError(broken.map(({ message }) => message).join('; '), ExitCode.limitNotMet);
}
