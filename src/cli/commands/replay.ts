import { Command, Option } from 'commander';
import { boardIds } from '../../board/catalogue.js';
import { ExitCode, inputError, usageError } from '../../errors.js';
import type { Recalled } from '../../exec/figures/recall.js';
import type { Summary } from '../../measure/summary.js';
import { type MapOptions, railMapFrom } from '../../session/map/map-choice.js';
import type { DumpFacts } from '../../source/dump/frame-dump.js';
import { parseRateHz } from '../../units.js';
import { type WireOptions, wireLimitsFrom, withRecordedWires } from '../alarms/wire-options.js';
import { forEachInput } from '../batch.js';
import { coverageExit } from '../coverage.js';
import {
  accuracyOption,
  averageOption,
  type CalibrationOptions,
  calibrationOption,
  calibrationsFrom,
  checked,
  columnsOption,
  forceOption,
  inputFiles,
  mapOption,
  minCoverageOption,
  quietOption,
  slotFeedOption,
  slotOption,
} from '../options.js';
import { replayOutputs } from '../replay-outputs.js';

interface ReplayOptions extends MapOptions, CalibrationOptions, WireOptions {
  readonly out?: string;
  readonly board?: string;
  readonly firmware?: string;
  readonly rate?: number;
  readonly columns: string;
  readonly average?: number;
  readonly accuracy?: number;
  readonly minCoverage?: number;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const help = `
A capture replays with the map it was recorded with, unless --map or --slot says otherwise. Compressed inputs are told
by their content. A capture that was cut off is used up to its last whole block, and that is said. One of \`exec\` gives its report,
phases and runs again. Of several inputs, one that is bad is told and the others go on; the exit code is then the worst of all.

Examples:
  $ powerlog replay run.plog --out run.csv             the CSV and summary of the recording, again
  $ powerlog replay run.plog                           only its figures, or the report of the \`exec\` that captured it
  $ powerlog replay *.plog --out csv/                  each to csv/NAME.csv
  $ powerlog replay run.plog --slot pcie3 --out slot.csv
  $ powerlog replay run.plog --calibration bench.cal.json --out calibrated.csv
  $ powerlog replay run.plog --calibration none --out raw.csv    without the one that it was recorded with
  $ powerlog replay run.plog --max-wire 8A             which wires would have been an alarm
  $ powerlog replay run.plog --average 1s --columns 'time_s,*_power_w' --out seconds.csv
  $ cat a.plog b.plog | powerlog replay - --out both.csv
  $ powerlog replay frames.bin --board benchlab --rate 400 --out run.csv
  $ powerlog replay frames.bin --board benchlab2 --firmware 4 --rate 400 --out run.csv
  $ ssh lab cat run.plog.gz | powerlog replay - --out -`;

export function replayCommand(): Command {
  const command = new Command('replay')
    .description('Turn captures, or bare dumps of frames, into CSV and summary')
    .argument('<input...>', 'captures (.plog) or dumps of frames; - is standard input')
    .option('-o, --out <file>', 'the CSV; - is standard output; for several inputs a directory, such as csv/')
    .option(
      '--board <id>',
      `the inputs are bare frames of this board, one after another: ${boardIds.join(', ')}`,
    )
    .option(
      '--firmware <number>',
      'which firmware the bare frames are of (default: the newest that is known)',
    )
    .addOption(
      new Option('--rate <hz>', 'how many bare frames make a second').argParser(checked(parseRateHz)),
    )
    .addOption(columnsOption())
    .addOption(averageOption())
    .addOption(mapOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(accuracyOption())
    .addOption(calibrationOption())
    .addOption(minCoverageOption())
    .addOption(forceOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action(replay);
  return withRecordedWires(command);
}

async function replay(inputs: readonly string[], options: ReplayOptions): Promise<void> {
  const dump = await dumpFacts(options);
  const pairs = replayOutputs(inputs, options.out);
  const [{ outputFiles }, { refuseSharedFiles }] = await Promise.all([
    import('../../session/outputs.js'),
    import('../../file/shared-files.js'),
  ]);
  refuseSharedFiles(
    pairs.flatMap(({ out }) => outputFiles({ out: out ?? undefined })),
    [...inputs.map((path) => ({ role: 'INPUT', path })), ...inputFiles(options)],
  );
  await forEachInput(pairs, ({ input, out }) => replayOne(input, out, dump, options));
}

/** What `--board` and `--rate` say of bare dumps; null for captures. */
async function dumpFacts({ board: id, firmware: version, rate }: ReplayOptions): Promise<DumpFacts | null> {
  if (id === undefined && rate === undefined && version === undefined) return null;
  if (id === undefined || rate === undefined)
    throw usageError('a bare dump of frames needs both --board and --rate; a capture needs neither');
  const { boardFor, boardIds } = await import('../../board/catalogue.js');
  const firmware = version === undefined ? null : Number(version);
  if (firmware !== null && !(Number.isInteger(firmware) && firmware >= 0 && firmware <= 255))
    throw usageError(`--firmware '${version}' is not one: a whole number from 0 to 255`);
  const board = boardFor(id, firmware);
  if (!board) throw usageError(`--board '${id}' is not known; there are ${boardIds.join(', ')}`);
  return { board, firmware, rateHz: rate };
}

async function replayOne(
  input: string,
  out: string | null,
  dump: DumpFacts | null,
  options: ReplayOptions,
): Promise<ExitCode> {
  const [{ openRecorded }, { startRecording }, { Recall }, { notice }] = await Promise.all([
    import('../../source/recorded.js'),
    import('../../session/record.js'),
    import('../../exec/figures/recall.js'),
    import('../terminal/notices.js'),
  ]);
  const progress =
    process.stderr.isTTY && !options.quiet
      ? (await import('../terminal/replay-progress.js')).ReplayProgress
      : null;
  const source = await openRecorded(input, dump);
  const recall = new Recall();
  try {
    const { map, host, accuracy } = source.facts;
    const recording = await startRecording({
      sources: [source],
      map: await railMapFrom(options, map),
      calibrations: await calibrationsFrom(options),
      outputs: {
        ...options,
        out: out ?? undefined,
        accuracy: options.accuracy ?? accuracy ?? undefined,
        ...wireLimitsFrom(options),
        durable: false,
      },
      host,
      sinks: ({ outputs: { sinks } }) => [
        ...sinks,
        recall,
        ...(progress ? [new progress(process.stderr, input)] : []),
      ],
    });
    const { readerGone } = await recording.ended;
    if (readerGone) return ExitCode.done;
    const { warnings } = recording;
    const recalled = await recall.conclude(() => recording.tracks[0]!.outputs.collector.partFacts());
    const summary = await recording.summarize({
      warnings: [...warnings, ...(recalled?.warnings ?? [])],
      ...(recalled && { extra: recalled.extra }),
    });
    if (!options.quiet) await print(summary, recording.files, recalled);
    else for (const { message } of warnings) notice(`warning: ${message}`);
    const damage = warnings.find(({ code }) => code === 'capture-damaged' || code === 'capture-left');
    if (damage) throw inputError(damage.message);
    return coverageExit(summary, options.minCoverage);
  } finally {
    await recall.dispose();
    await source.close();
  }
}

/** What people saw of a command when it was measured, or else the figures of the recording. */
async function print(summary: Summary, files: readonly string[], recalled: Recalled | null): Promise<void> {
  if (recalled?.command && recalled.command.pid !== null) {
    const [{ reportText }, { say }] = await Promise.all([
      import('../exec/exec-report.js'),
      import('../terminal/say.js'),
    ]);
    say(reportText({ ...recalled, command: recalled.command, summary, files }));
    return;
  }
  const { printSummary } = await import('../terminal/summary-text.js');
  printSummary(summary, files);
}
