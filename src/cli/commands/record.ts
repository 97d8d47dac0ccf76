import { Command, Option } from 'commander';
import { ExitCode, errorText, UserError, usageError } from '../../errors.js';
import { endSignals } from '../../exec/start/ignored.js';
import type { Sink } from '../../sink/sink.js';
import type { OpenedSources } from '../../source/open.js';
import type { Source } from '../../source/source.js';
import { coverageExit } from '../coverage.js';
import { endWhenAskedAgain } from '../impatience.js';
import {
  accuracyOption,
  averageOption,
  columnsOption,
  durationOption,
  forceOption,
  inputFiles,
  linkOption,
  type MapOptions,
  mapOption,
  minCoverageOption,
  portOption,
  quietOption,
  railMapFrom,
  rateOption,
  reconnectOption,
  slotFeedOption,
  slotOption,
} from '../options.js';

interface RecordOptions extends MapOptions {
  readonly port: readonly string[];
  readonly out?: string;
  readonly capture?: string;
  readonly duration?: number;
  readonly rate?: number;
  readonly columns: string;
  readonly average?: number;
  readonly accuracy?: number;
  readonly minCoverage?: number;
  readonly reconnect: number;
  readonly link: 'auto' | 'tty' | 'stream';
  readonly force?: boolean;
  readonly quiet?: boolean;
}

export function recordCommand(): Command {
  return new Command('record')
    .description('Record one board or several to CSV, with a summary beside it')
    .addOption(portOption())
    .addOption(
      new Option('-o, --out <file>', 'the CSV; - is standard output, a name ending in .gz is compressed'),
    )
    .addOption(new Option('-c, --capture <file.plog>', "keep the board's frames as they came, for `replay`"))
    .addOption(durationOption())
    .addOption(rateOption())
    .addOption(columnsOption())
    .addOption(averageOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(mapOption())
    .addOption(accuracyOption())
    .addOption(minCoverageOption())
    .addOption(reconnectOption())
    .addOption(linkOption())
    .addOption(forceOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      `
Ctrl-C ends a recording well: everything up to then is kept, and the exit code is 0.

Examples:
  $ powerlog record --out run.csv                                    the board that is plugged in, until Ctrl-C
  $ powerlog record --port /dev/ttyACM0 --duration 5m --out run.csv
  $ powerlog record --port sim:train --duration 10s --out run.csv    without a board
  $ powerlog record --port /dev/ttyACM0 --port /dev/ttyACM1 --out run.csv    two boards: run.csv and run.NAME.csv
  $ powerlog record --port auto:all --out run.csv --capture run.plog         every board that answers
  $ powerlog record --slot pcie3 --out run.csv --capture run.plog    with a slot adapter, frames kept
  $ powerlog record --rate 100 --columns power --out - | head        to standard output
  $ powerlog record --average 100ms --columns 'time_s,gpu_*' --out run.csv   ten rows a second, for a spreadsheet`,
    )
    .action(record);
}

async function record(options: RecordOptions): Promise<void> {
  if (options.out === undefined && options.capture === undefined)
    throw usageError(
      'nothing to record to: give --out run.csv (or --out - for standard output), --capture run.plog, or both',
    );
  const [
    { openSources },
    { handOverMsFor, outputFiles },
    { refuseSharedFiles },
    { startRecording },
    { refuseSharedPlaces },
    { notice },
  ] = await Promise.all([
    import('../../source/open.js'),
    import('../../session/outputs.js'),
    import('../../file/shared-files.js'),
    import('../../session/record.js'),
    import('../../session/track-names.js'),
    import('../terminal/notices.js'),
  ]);
  refuseSharedPlaces(options, options.port.length);
  refuseSharedFiles(outputFiles(options), inputFiles(options));
  const map = await railMapFrom(options);
  const { duration: durationMs, rate: rateHz } = options;
  const statusShown = process.stderr.isTTY && !options.quiet;
  const StatusLine = statusShown ? (await import('../terminal/status-line.js')).StatusLine : null;
  const sources = await openSources(options.port, {
    link: options.link,
    reconnectMs: options.reconnect,
    onNotice: notice,
  }).then(allOfThem);
  let status: Sink | undefined;
  let release = () => {};
  const recording = await startRecording({
    sources,
    map,
    outputs: options,
    inputs: inputFiles({ port: sources.map(({ identity }) => identity.port) }),
    sampling: {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(rateHz === undefined ? {} : { rateHz }),
      handOverMs: handOverMsFor(options, statusShown),
    },
    sinks: ({ outputs: { sinks } }, tracks) => {
      if (!StatusLine) return sinks;
      status ??= new StatusLine(process.stderr, tracks, durationMs);
      return [...sinks, status];
    },
    onNotice: notice,
    // Not later: the reader of an output's first bytes may ask for its end at once.
    onReady: () => {
      release = onEndSignal(() => recording.stop());
    },
  });
  try {
    const { lost, readerGone } = await recording.ended;
    const summary = await recording.summarize();
    if (!options.quiet && !readerGone) {
      const { printSummary } = await import('../terminal/summary-text.js');
      printSummary(summary, recording.files);
    }
    for (const { id } of lost)
      notice(
        `${recording.tracks.length > 1 ? id : 'the board'} was lost and did not come back; what was recorded is whole`,
      );
    process.exitCode = lost.length > 0 ? ExitCode.boardLost : coverageExit(summary, options.minCoverage);
  } finally {
    release();
    await recording.close();
  }
}

/** A recording that was asked for of several boards is not begun without one of them. */
async function allOfThem({ sources, missing }: OpenedSources): Promise<readonly Source[]> {
  if (missing.length === 0) return sources;
  for (const source of sources) await source.close();
  const errors = missing.map(({ error }) => error);
  const worst = errors.find((error) => !(error instanceof UserError) || error.exitCode === ExitCode.usage);
  if (worst || errors.length === 1) throw worst ?? errors[0];
  throw new UserError(errors.map(errorText).join('; '), (errors[0] as UserError).exitCode);
}

/** Ctrl-C, a polite kill and, without `nohup`, a closed terminal end a recording well. */
function onEndSignal(end: () => void): () => void {
  const signals = endSignals();
  let stopWaiting: (() => void) | undefined;
  const stop = (): void => {
    stopWaiting ??= endWhenAskedAgain();
    end();
  };
  for (const signal of signals) process.on(signal, stop);
  return () => {
    stopWaiting?.();
    for (const signal of signals) process.off(signal, stop);
  };
}
