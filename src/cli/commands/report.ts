import { Command } from 'commander';
import { inputError, usageError } from '../../errors.js';
import type { HtmlPage } from '../../report/html.js';
import type { Rested } from '../../report/rested.js';
import type { AskedSpan, SpanSummary } from '../../report/span/span-summary.js';
import { otherMapFrom } from '../../session/map/map-choice.js';
import { formatSi, plural } from '../../units.js';
import {
  accuracyOption,
  calibrationOption,
  calibrationsFrom,
  forceOption,
  inputFiles,
  mapOption,
  quietOption,
  slotFeedOption,
  slotOption,
} from '../options.js';
import { recordingInputs } from '../recording-inputs.js';
import { addFigureOptions, figureHelp, figureStyle, rollingOption } from '../report/figure-options.js';
import {
  alignOption,
  fromOption,
  htmlOption,
  htmlSizeOption,
  jsonOption,
  offsetOption,
  phaseOption,
  type ReportOptions,
  toOption,
} from '../report/report-options.js';

const help = `
A report is of captures, or of CSVs that powerlog wrote, with the figures of the summary beside them. Without an output it prints the
figures and a plot. Instants count from the recording's begin, of several the first one's. What lies between --from and --to is clipped to what was recorded;
docs/report.md says what becomes of phases that lie there in part.

Examples:
  $ powerlog report run.plog                                       figures and a plot, here
  $ powerlog report run.csv --html run.html                        a page to zoom into, in one file
  $ powerlog report night.plog --html night.html --html-size 50    with finer data
  $ powerlog report run.plog --json - --from 12.5s --to 1m         the figures of a part
  $ powerlog report run.plog --json train.json --phase train
  $ powerlog report a.plog b.csv --html both.html --align mark:train
  $ powerlog report run.csv run.nvml.csv --html both.html --rolling 0.2s --align lag   a sensor over the board
${figureHelp}`;

export function reportCommand(): Command {
  const command = new Command('report')
    .description('Show recordings: figures, pictures and pages')
    .argument('<run...>', 'captures (.plog) or CSVs, .gz too; - is standard input')
    .addOption(htmlOption())
    .addOption(htmlSizeOption());
  return addFigureOptions(command)
    .addOption(rollingOption())
    .addOption(jsonOption())
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(phaseOption())
    .addOption(alignOption())
    .addOption(offsetOption())
    .addOption(mapOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(accuracyOption())
    .addOption(calibrationOption())
    .addOption(forceOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action(report);
}

async function report(paths: readonly string[], options: ReportOptions, command: Command): Promise<void> {
  refuseContradictions(paths, options);
  refuseWithoutFigure(options, command);
  const style = figureStyle(options);
  const [{ ReportOutputs }, { readRested }, { hasPhase, offsetsUs }] = await Promise.all([
    import('../report/report-outputs.js'),
    import('../../report/rested.js'),
    import('../../report/align.js'),
  ]);
  const inputs = await recordingInputs(paths, () => 'RUN');
  const outputs = new ReportOutputs(options, [...inputs, ...inputFiles(options)]);
  try {
    const recordings: Rested[] = [];
    /** Of readings beside the first run, what brings them onto its clock. */
    const besideUs: (number | undefined)[] = [];
    for (const [n, path] of paths.entries()) {
      const beside = n === 0 ? null : await besideRun(path, recordings[0]!, options);
      besideUs.push(beside?.offsetUs);
      recordings.push(beside?.rested ?? (await readRested(path, await readingOptions(path, options))));
    }
    const offsets = offsetsUs(recordings, options.align, besideUs).map(
      (us, n) => us + (options.offset[n - 1] ?? 0),
    );
    if (options.json !== undefined || !outputs.any) {
      const asked = await spanOf(recordings[0]!, options);
      const { summaryBetween } = await import('../../report/span/span-summary.js');
      const summaries: SpanSummary[] = [];
      for (const [n, each] of recordings.entries()) {
        // Runs that are compared have the phase each at its own time.
        const isOwn = options.phase !== undefined && hasPhase(each, options.phase);
        const span = isOwn ? await spanOf(each, options) : earlier(asked, offsets[n]!);
        summaries.push(await summaryBetween(each, span, offsets[n]));
      }
      if (options.json !== undefined) await outputs.writeJson(jsonOf(recordings, summaries, offsets));
      if (!outputs.any) await printReport(recordings, summaries, offsets, options);
    }
    if (options.html !== undefined) {
      const { htmlReport } = await import('../../report/html.js');
      const { htmlSize: mostBytes, rolling } = options;
      const page = await htmlReport(recordings, { mostBytes, offsetsUs: offsets, rolling });
      await outputs.writeHtml(page.pieces);
      if (!options.quiet) await tellPage(options.html, page, recordings);
    }
    if (outputs.figure) {
      const { notice } = await import('../terminal/notices.js');
      const stretch = await spanOf(recordings[0]!, options);
      await outputs.figure.draw(recordings, offsets, style, stretch, (message) =>
        notice(`warning: ${message}`),
      );
    }
    const damage = recordings.find((each) => each.damage !== null)?.damage;
    if (damage != null) throw inputError(damage);
  } finally {
    await outputs.close();
  }
}

function refuseContradictions(paths: readonly string[], options: ReportOptions): void {
  const { from, to, phase, json, html, svg, png, offset } = options;
  const partial = from !== undefined || to !== undefined || phase !== undefined;
  if (paths.filter((path) => path === '-').length > 1)
    throw usageError('standard input (-) can be read once only');
  if (phase !== undefined && (from !== undefined || to !== undefined))
    throw usageError('--phase says from where to where already: leave out --from and --to');
  if (from !== undefined && to !== undefined && from >= to)
    throw usageError('--from lies at or behind --to: there is nothing between them');
  if (partial && html !== undefined && [json, svg, png].every((each) => each === undefined))
    throw usageError(
      'a page shows all of a recording: --from, --to and --phase are about --json, figures and what is printed',
    );
  if (offset.length > Math.max(0, paths.length - 1))
    throw usageError(
      `--offset moves the second run and those behind it: ${plural(offset.length, 'time')} for ${plural(paths.length, 'run')}`,
    );
}

/** A further run that is a sensor's track or anybody's file of readings; null where it is a recording. */
async function besideRun(path: string, first: Rested, { align, quiet }: ReportOptions) {
  const { isForeign } = await import('../../comparison/page/is-foreign.js');
  if (!(await isForeign(path))) return null;
  const { readFurtherRun } = await import('../../comparison/page/further-run.js');
  const beside = await readFurtherRun(path, first, align?.kind === 'lag');
  if (!quiet) {
    const { notice } = await import('../terminal/notices.js');
    for (const guess of beside.guesses) notice(`${path}: ${guess}`);
  }
  return beside;
}

/** What only figures have is no wish that goes unheard where there is none. */
function refuseWithoutFigure({ svg, png }: ReportOptions, command: Command): void {
  if (svg !== undefined || png !== undefined) return;
  const idle = ['size', 'dpi', 'theme', 'title'].find((name) => command.getOptionValueSource(name) === 'cli');
  if (idle !== undefined) throw usageError(`--${idle} is about figures: there is neither --svg nor --png`);
}

async function readingOptions(path: string, options: ReportOptions) {
  const isWatched = process.stderr.isTTY && !options.quiet;
  const progress = isWatched ? (await import('../terminal/replay-progress.js')).ReplayProgress : null;
  return {
    ...otherMapFrom(options),
    accuracy: options.accuracy,
    calibrations: await calibrationsFrom(options),
    ...(progress && { sinks: () => [new progress(process.stderr, path)] }),
  };
}

async function spanOf(rested: Rested, { from, to, phase }: ReportOptions): Promise<AskedSpan> {
  if (phase === undefined) return { fromUs: from, toUs: to };
  const { phaseSpan } = await import('../../report/align.js');
  return phaseSpan(rested, phase);
}

/** A span of the first run by the instants of another. */
const earlier = ({ fromUs, toUs }: AskedSpan, byUs: number): AskedSpan => ({
  fromUs: fromUs === undefined ? undefined : fromUs - byUs,
  toUs: toUs === undefined ? undefined : toUs - byUs,
});

/** Of one run its figures; of several a list, with the name of each and what is added to its instants. */
const jsonOf = (
  recordings: readonly Rested[],
  summaries: readonly SpanSummary[],
  offsets: readonly number[],
): unknown =>
  recordings.length === 1
    ? summaries[0]
    : {
        runs: summaries.map((summary, n) => ({
          file: recordings[n]!.path,
          offset_s: offsets[n]! / 1e6,
          ...summary,
        })),
      };

async function printReport(
  recordings: readonly Rested[],
  summaries: readonly SpanSummary[],
  offsets: readonly number[],
  { series }: ReportOptions,
): Promise<void> {
  const [{ reportText }, { print }] = await Promise.all([
    import('../report/report-text.js'),
    import('../terminal/say.js'),
  ]);
  print(await reportText(recordings, summaries, offsets, series));
}

async function tellPage(
  path: string,
  { bytes, resolutions }: HtmlPage,
  recordings: readonly Rested[],
): Promise<void> {
  const { notice } = await import('../terminal/notices.js');
  const lengthOf = (us: number) => formatSi(us / 1e6, 's', 3);
  const texts = resolutions.map((each, n) => {
    if (each.kind === 'intervals') return `intervals of ${lengthOf(each.intervalUs)}`;
    const { meansUs, isHeld } = recordings[n]!;
    if (isHeld) return 'every reading';
    return meansUs === null ? 'every sample' : `means of ${lengthOf(meansUs)}`;
  });
  notice(`${path}: ${(bytes / 1e6).toFixed(1)} MB, with ${[...new Set(texts)].join(' and ')}`);
}
