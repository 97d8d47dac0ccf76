import { loadEngine } from '../../engine/engine.js';
import { ExitCode, errorText, outOfDescriptors } from '../../errors.js';
import { refuseWhatNodeChanged } from '../../exec/child/child.js';
import { untilRead } from '../../exec/child/pipe-readers.js';
import { SignalRelay } from '../../exec/child/signals.js';
import { readEarlierRun, readIdlePower } from '../../exec/earlier.js';
import type { ExportFile } from '../../exec/export.js';
import type { Limits } from '../../exec/limits.js';
import { announcement } from '../../exec/runs/announcement.js';
import {
  type Baseline,
  type ExperimentPlan,
  type PlannedCommand,
  runExperiment,
} from '../../exec/runs/experiment.js';
import { Measurement } from '../../exec/runs/measurement.js';
import { inherited } from '../../exec/start/inherited.js';
import type { Live } from '../../publish/live/live.js';
import { railMapFrom } from '../../session/map/map-choice.js';
import { handOverMsFor } from '../../session/outputs.js';
import { OnAlarm } from '../alarms/on-alarm.js';
import { wireLimitsFrom } from '../alarms/wire-options.js';
import { Feeds } from '../feeds/feeds.js';
import { endWhenAskedAgain } from '../impatience.js';
import { calibrationsFrom } from '../options.js';
import { ownBoardOf } from '../own-board.js';
import { chosenSensors, openBeside, refuseMissing } from '../sensors.js';
import { tell } from '../terminal/say.js';
import { leaveTerminal } from '../terminal/terminal.js';
import { conclude } from './exec-conclusion.js';
import { openExecFeeds } from './exec-feeds.js';
import { refuseSharedExecFiles } from './exec-files.js';
import { endExecLive, openExecLive, showExecLive } from './exec-live.js';
import type { BaselineOption, ExecOptions } from './exec-options.js';

/**
 * Runs what `exec` was asked to; returns the exit code.
 * @param fed which columns databases get
 * @throws UserError before anything is run
 */
export async function exec(words: readonly string[], options: ExecOptions, fed: string): Promise<number> {
  refuseWhatNodeChanged(words);
  refuseSharedExecFiles(options);
  loadEngine();
  const plan: ExperimentPlan = {
    commands: plannedCommands(words, options),
    runs: options.runs,
    warmups: options.warmup,
    cooldown: options.cooldown ?? null,
    baseline: await baselineFrom(options.baseline),
    ignoreFailure: options.ignoreFailure ?? false,
    markOutput: options.markOutput ?? [],
    strict: options.strict ?? false,
  };
  const limits = await limitsFrom(options);
  const map = await railMapFrom(options);
  const calibrations = await calibrationsFrom(options);
  const chosen = await chosenSensors(options);
  const exports = await openExports(options);
  const relay = new SignalRelay();
  const notices = new Notices(relay);
  let stopWaiting: (() => void) | undefined;
  let live: Live | null = null;
  let feeds = Feeds.none;
  try {
    const released = await untilRead([options.out, options.capture], relay, (path) =>
      tell(`waiting for somebody to read ${path}`),
    );
    if (!released) return notRun(relay, 'powerlog was waiting for a reader');
    const onAlarm = await openExecAlarms(options, relay, notices);
    live = await openExecLive(options, (text) => notices.take(text));
    feeds = await openExecFeeds(options, fed, (text) => notices.take(text));
    const sensors = await openBeside(chosen, options, (text) => notices.take(text));
    if (options.strict) await refuseMissing(sensors);
    const measurement = await Measurement.start({
      ports: options.port,
      open: {
        link: options.link,
        reconnectMs: options.reconnect,
        own: await ownBoardOf(options),
        onNotice: (text) => notices.take(text),
      },
      recording: {
        ...(options.rate === undefined ? {} : { rateHz: options.rate }),
        handOverMs: handOverMsFor(options, options.onAlarm !== undefined),
      },
      ...{ map, calibrations, sensors, outputs: { ...options, ...wireLimitsFrom(options) } },
      first: announcement(plan),
      watch: (track) => [
        ...(live ? [live.sinkOf(track)] : []),
        ...feeds.sinksOf(track),
        ...onAlarm.sinksOf(track),
      ],
      strict: options.strict ?? false,
    })
      .catch(async (error) => {
        for (const sensor of sensors.sensors) await sensor.close();
        throw error;
      })
      .finally(released);
    if (inherited.unknown !== null)
      notices.take(
        `the command cannot be given ${inherited.unknown}: it is not known what it was before; start powerlog as bin/powerlog, which sees it`,
      );
    const faultsAtStart = measurement.faults.length;
    const how = measurement.hasBoard ? 'is measured without that board' : 'runs unmeasured';
    for (const { message } of measurement.faults)
      notices.take(
        `${message.replace(/[.?]?$/, (end) => end || '.')} The command ${how}; with --strict it would not run`,
      );
    showExecLive(live, measurement);
    feeds.begin({ handOver: () => measurement.handOver(), startMonotonicNs: measurement.originNs });
    const unexpected = (error: unknown): void => measurement.fault(error);
    process.on('uncaughtException', unexpected);
    try {
      const experiment = await runExperiment(plan, measurement, relay);
      notices.release();
      const measuredIdle = plan.baseline.kind === 'measure' && plan.baseline.durationMs > 0;
      if (!experiment.log.last)
        notRun(relay, measuredIdle ? 'powerlog was measuring the idle machine' : 'powerlog was starting');
      stopWaiting = endWhenAskedAgain();
      await measurement.stop();
      relay.dispose(); // who asks again for an end now gets it
      const outcome = await conclude(experiment, measurement, {
        ...{ options, limits, exports, faultsAtStart, baseline: plan.baseline },
        undone: (await Promise.all([feeds.settle(), onAlarm.settle()])).flat(),
        onSummary: (summary) => {
          void endExecLive(live, unexpected, summary);
          void feeds.close(summary);
        },
      });
      const status = experiment.status !== 0 ? experiment.status : outcome;
      if (measurement.stuck) process.exit(status); // it would keep us here
      return status;
    } finally {
      await endExecLive(live, unexpected);
      process.off('uncaughtException', unexpected);
    }
  } finally {
    await endExecLive(live, () => {}); // told already, unless nothing was run
    await feeds.close();
    for (const file of exports) await file.close();
    relay.dispose();
    stopWaiting?.();
    leaveTerminal();
  }
}

/** What `--on-alarm` does; to end is to interrupt whatever runs, and to run nothing more. */
const openExecAlarms = (options: ExecOptions, relay: SignalRelay, notices: Notices): Promise<OnAlarm> =>
  OnAlarm.open(
    options,
    ({ text }) => {
      const what = relay.attached ? 'the command is interrupted' : 'nothing more is run';
      tell(`${text}: ${what}, as --on-alarm asks`);
      relay.interrupt({ by: 'an alarm', status: ExitCode.limitNotMet });
    },
    (text) => notices.take(text),
  );

/** Says what came before the command; returns the exit code. */
function notRun({ interruptedBy }: SignalRelay, during: string): number {
  if (interruptedBy === null) return ExitCode.done;
  tell(`${interruptedBy.by} came while ${during}: the command was not run`);
  return interruptedBy.status;
}

/** Each of several commands may have its own --prepare and --conclude, or all of them one. */
function plannedCommands(words: readonly string[], options: ExecOptions): PlannedCommand[] {
  const { compare, prepare = [], conclude = [] } = options;
  const commands = compare ? words.map((line) => ['/bin/sh', '-c', line]) : [words];
  const ofCommand = (lines: readonly string[], n: number): string | null =>
    (lines.length === 1 ? lines[0] : lines[n]) ?? null;
  return commands.map((argv, n) => ({
    ...{ argv, prepare: ofCommand(prepare, n), conclude: ofCommand(conclude, n) },
  }));
}

async function baselineFrom(option: BaselineOption): Promise<Baseline> {
  if ('durationMs' in option) return { kind: 'measure', durationMs: option.durationMs };
  return { kind: 'known', ...(await readIdlePower(option.path)) };
}

async function limitsFrom(options: ExecOptions): Promise<Limits> {
  const { maxEnergy, maxRegression, baselineRun, minCoverage } = options;
  return {
    maxEnergyJ: maxEnergy ?? null,
    minCoverage: minCoverage ?? null,
    maxRegression:
      maxRegression === undefined || baselineRun === undefined
        ? null
        : { share: maxRegression, earlier: await readEarlierRun(baselineRun) },
  };
}

async function openExports(options: ExecOptions): Promise<ExportFile[]> {
  const { exportJson, exportMarkdown, exportCsv, force = false } = options;
  const wanted = { json: exportJson, markdown: exportMarkdown, csv: exportCsv };
  const files: ExportFile[] = [];
  for (const format of ['json', 'markdown', 'csv'] as const) {
    const path = wanted[format];
    if (path === undefined) continue;
    try {
      const { ExportFile, exportFormats } = await import('../../exec/export.js');
      files.push(new ExportFile(path, exportFormats[format], force));
    } catch (error) {
      if (!options.strict && outOfDescriptors(error)) {
        tell(`${errorText(error)}`);
        continue;
      }
      for (const file of files) await file.close();
      throw error;
    }
  }
  return files;
}

/** What is to be said, kept back while a command runs that may be speaking itself. */
class Notices {
  #held: string[] = [];

  readonly #relay: SignalRelay;

  constructor(relay: SignalRelay) {
    this.#relay = relay;
  }

  take(text: string): void {
    if (this.#relay.attached) this.#held.push(text);
    else tell(`${text}`);
  }

  release(): void {
    for (const text of this.#held.splice(0)) tell(`${text}`);
  }
}
