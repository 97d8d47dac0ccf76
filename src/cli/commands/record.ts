import { Command, Option } from 'commander';
import { ExitCode, usageError } from '../../errors.js';
import { endSignals } from '../../exec/start/ignored.js';
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
  readonly port: string;
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
    .description('Record a board to CSV, with a summary beside it')
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
    { openSource },
    { handOverMsFor, outputFiles },
    { refuseSharedFiles },
    { startRecording },
    { notice },
  ] = await Promise.all([
    import('../../source/open.js'),
    import('../../session/outputs.js'),
    import('../../file/shared-files.js'),
    import('../../session/record.js'),
    import('../terminal/notices.js'),
  ]);
  refuseSharedFiles(outputFiles(options), inputFiles(options));
  const map = await railMapFrom(options);
  const { duration: durationMs, rate: rateHz } = options;
  const statusLine =
    process.stderr.isTTY && !options.quiet ? (await import('../terminal/status-line.js')).StatusLine : null;
  const source = await openSource(options.port, {
    link: options.link,
    reconnectMs: options.reconnect,
    onNotice: notice,
  });
  const ending = new AbortController();
  let release = () => {};
  const recording = await startRecording({
    source,
    map,
    outputs: options,
    inputs: inputFiles({ port: source.identity.port }),
    sampling: {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(rateHz === undefined ? {} : { rateHz }),
      handOverMs: handOverMsFor(options, statusLine !== null),
    },
    sinks: ({ sinks, collector }) =>
      statusLine ? [...sinks, new statusLine(process.stderr, collector, durationMs)] : sinks,
    onNotice: notice,
    // Not later: whoever sees the first bytes of an output may ask for its end.
    onReady: () => {
      release = onEndSignal(() => ending.abort());
    },
  });
  if (ending.signal.aborted) recording.stop();
  else ending.signal.addEventListener('abort', () => recording.stop());
  try {
    const { end, readerGone } = await recording.ended;
    const summary = await recording.summarize();
    if (!options.quiet && !readerGone) {
      const { printSummary } = await import('../terminal/summary-text.js');
      printSummary(summary, recording.files);
    }
    if (end === 'board-lost') {
      notice('the board was lost and did not come back; what was recorded is whole');
      process.exitCode = ExitCode.boardLost;
    } else process.exitCode = coverageExit(summary, options.minCoverage);
  } finally {
    release();
    await recording.close();
  }
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
