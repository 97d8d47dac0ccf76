import { Command } from 'commander';
import { ExitCode, usageError } from '../../errors.js';
import { withoutReadings, withoutReadingsText } from '../../measure/doubts/without-readings.js';
import type { Live } from '../../publish/live/live.js';
import { railMapFrom } from '../../session/map/map-choice.js';
import type { RecordOptions as RecordingParts } from '../../session/record.js';
import type { Sink } from '../../sink/sink.js';
import type { Source } from '../../source/source.js';
import { OnAlarm, type OnAlarmOptions, onAlarmOption } from '../alarms/on-alarm.js';
import { type WireOptions, wireLimitsFrom, withWires } from '../alarms/wire-options.js';
import { coverageExit } from '../coverage.js';
import { type FeedOptions, type Feeds, feedColumns, openFeeds, withFeeds } from '../feeds/feeds.js';
import { onEndSignal } from '../impatience.js';
import {
  addSamplingOptions,
  averageOption,
  calibrationsFrom,
  columnsOption,
  durationOption,
  forceOption,
  inputFiles,
  liveOption,
  minCoverageOption,
  quietOption,
  type SamplingOptions,
  type SensorOptions,
  withIntervalOption,
  withOption,
} from '../options.js';
import { ownBoardOf } from '../own-board.js';
import { chosenSensors, openBeside } from '../sensors.js';
import { notice, tellLost } from '../terminal/notices.js';
import { say } from '../terminal/say.js';

interface RecordOptions extends SamplingOptions, SensorOptions, FeedOptions, WireOptions, OnAlarmOptions {
  readonly out?: string;
  readonly capture?: string;
  readonly duration?: number;
  readonly columns: string;
  readonly average?: number;
  readonly minCoverage?: number;
  readonly live?: true;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

export function recordCommand(): Command {
  const sampling = addSamplingOptions(
    new Command('record')
      .description('Record one board or several to CSV, with a summary beside it')
      .option('-o, --out <file>', 'the CSV; - is standard output, a name ending in .gz is compressed')
      .option('-c, --capture <file.plog>', "keep the board's frames as they came, for `replay`")
      .addOption(durationOption()),
  );
  const command = withWires(sampling)
    .addOption(onAlarmOption('the recording, code 7'))
    .addOption(columnsOption())
    .addOption(averageOption())
    .addOption(minCoverageOption())
    .addOption(withOption())
    .addOption(withIntervalOption())
    .addOption(liveOption());
  return withFeeds(command)
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
  $ powerlog record --metrics --out run.csv                          for Prometheus, at 127.0.0.1:10177/metrics
  $ powerlog record --with nvml,rapl --out run.csv                   the GPU's and the CPU's own sensors beside it
  $ powerlog record --calibration bench.cal.json --out run.csv       readings as a reference would show them
  $ powerlog record --out run.csv --max-wire 8A --on-alarm end       until a wire of a GPU's connector carries too much
  $ powerlog record --rate 100 --columns power --out - | head        to standard output
  $ powerlog record --average 100ms --columns 'time_s,gpu_*' --out run.csv   ten rows a second, for a spreadsheet`,
    )
    .action(record);
}

async function record(options: RecordOptions, command: Command): Promise<void> {
  if (options.out === undefined && options.capture === undefined)
    throw usageError(
      'nothing to record to: give --out run.csv (or --out - for standard output), --capture run.plog, or both',
    );
  const [{ outputFiles }, { refuseSharedFiles }, { refuseSharedPlaces, sensorPlaces }] = await Promise.all([
    import('../../session/outputs.js'),
    import('../../file/shared-files.js'),
    import('../../session/track-names.js'),
  ]);
  const chosen = await chosenSensors(options);
  refuseSharedPlaces(options, options.port.length);
  if (chosen.length > 0) sensorPlaces(options, ['']);
  refuseSharedFiles(outputFiles(options), inputFiles(options));
  const map = await railMapFrom(options);
  const calibrations = await calibrationsFrom(options);
  const { out, capture, rate: rateHz = null } = options;
  const columns = feedColumns(command, options.columns);
  const feeds = await openFeeds(options, { out, capture, columns, rateHz, onNotice: notice });
  try {
    await recordAndFeed(options, { map, calibrations }, chosen, feeds);
  } finally {
    await feeds.close();
  }
}

async function recordAndFeed(
  options: RecordOptions,
  meaning: Pick<RecordingParts, 'map' | 'calibrations'>,
  chosen: Awaited<ReturnType<typeof chosenSensors>>,
  feeds: Feeds,
): Promise<void> {
  const [{ openAllSources }, { handOverMsFor }, { startRecording }] = await Promise.all([
    import('../../source/open.js'),
    import('../../session/outputs.js'),
    import('../../session/record.js'),
  ]);
  const { duration: durationMs, rate: rateHz } = options;
  const statusShown = process.stderr.isTTY && !options.quiet;
  const StatusLine = statusShown ? (await import('../terminal/status-line.js')).StatusLine : null;
  const sources = await openAllSources(options.port, {
    link: options.link,
    reconnectMs: options.reconnect,
    own: await ownBoardOf(options),
    onNotice: notice,
  });
  const sensors = await openBeside(chosen, options, notice);
  let stop = () => {};
  const onAlarm = await OnAlarm.open(
    options,
    ({ text }) => {
      notice(`${text}: the recording ends, as --on-alarm asks`);
      stop();
    },
    notice,
  );
  const live = options.live ? await openLive([...sources, ...sensors.sensors]) : null;
  let status: Sink | undefined;
  let release = () => {};
  const recording = await startRecording({
    sources,
    ...meaning,
    outputs: { ...options, ...wireLimitsFrom(options) },
    sensors,
    inputs: inputFiles({ port: sources.map(({ identity }) => identity.port) }),
    sampling: {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(rateHz === undefined ? {} : { rateHz }),
      handOverMs: handOverMsFor(options, statusShown || options.onAlarm !== undefined),
    },
    sinks: (track, tracks, beside) => {
      if (StatusLine) status ??= new StatusLine(process.stderr, tracks, durationMs, beside.tracks);
      const watching = [...(status ? [status] : []), ...(live ? [live.sinkOf(track)] : [])];
      return [...track.outputs.sinks, ...watching, ...feeds.sinksOf(track), ...onAlarm.sinksOf(track)];
    },
    onNotice: notice,
    // Not later: the reader of an output's first bytes may ask for its end at once.
    onReady: () => {
      stop = () => recording.stop();
      release = onEndSignal(stop);
    },
  });
  try {
    live?.begin(recording);
    feeds.begin(recording);
    if (live) say(live.url);
    const { lost, stayed, readerGone } = await recording.ended;
    const [unfed, undone] = await Promise.all([feeds.settle(), onAlarm.settle()]);
    const summary = await recording.summarize({ warnings: [...recording.warnings, ...unfed, ...undone] });
    if (!options.quiet && !readerGone) {
      const { printSummary } = await import('../terminal/summary-text.js');
      printSummary(summary, recording.files);
    }
    tellLost(lost, recording.tracks);
    const silent = withoutReadings(stayed);
    for (const each of silent) notice(withoutReadingsText(each, recording.tracks.length === 1));
    await Promise.all([live?.close('answered', summary), feeds.close(summary)]);
    const met = coverageExit(summary, options.minCoverage);
    if (lost.length > 0) process.exitCode = ExitCode.boardLost;
    else if (silent.length > 0) process.exitCode = ExitCode.noBoard;
    else process.exitCode = onAlarm.endedBy ? ExitCode.limitNotMet : met;
  } finally {
    release();
    await onAlarm.settle(); // also where an output failed
    await live?.close('answered');
    await recording.close();
  }
}

async function openLive(sources: readonly Pick<Source, 'close'>[]): Promise<Live> {
  const [{ Live }, { loopback }] = await Promise.all([
    import('../../publish/live/live.js'),
    import('../../publish/server/access.js'),
  ]);
  return Live.open(loopback).catch(async (error: unknown) => {
    for (const source of sources) await source.close();
    throw error;
  });
}
