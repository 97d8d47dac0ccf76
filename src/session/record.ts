import { type NamedFile, refuseSharedFiles } from '../file/shared-files.js';
import type { MapChoice } from '../measure/rail-map.js';
import type { HostFacts, Summary } from '../measure/summary.js';
import type { TimeSpan } from '../measure/tracks/cover.js';
import { hostFacts } from '../sink/host.js';
import type { Sink } from '../sink/sink.js';
import type { SummaryFile } from '../sink/summary-file.js';
import { RecordingClock } from '../source/clock-watch.js';
import type { RecordingOptions, Source } from '../source/source.js';
import { watchWires } from '../source/wires/watched-recording.js';
import type { Warning } from '../stream/warning.js';
import { type Calibrations, calibratedSources, calibrationDoubts } from './calibration/apply.js';
import { type OutputChoice, openSummary, outputFiles } from './outputs.js';
import { noSensors, type SensorsBeside, SensorTracks } from './sensor-tracks.js';
import { runSession, type SessionOptions } from './session.js';
import { type SummaryParts, silencesOf, summaryOf, trackWarnings } from './summary.js';
import { closeOutputs, openTracks, type RunningTrack, type Track } from './track.js';
import { sensorIds, trackIds } from './track-names.js';

/** What is recorded, how, and to where. */
export interface RecordOptions {
  /** Connected, one or several; the recording lets go of them. */
  readonly sources: readonly Source[];
  readonly map: MapChoice;
  /** What their readings go through; as they were recorded where absent. */
  readonly calibrations?: Calibrations | undefined;
  /** Of several boards: the places of the first, beside which the others get theirs. */
  readonly outputs: OutputChoice;
  /** Sensors of other makers, recorded beside the boards on the same clock. */
  readonly sensors?: SensorsBeside;
  /** Files that are read, so that no output may be one of them. */
  readonly inputs?: readonly NamedFile[];
  readonly sampling?: RecordingOptions;
  /** Where the samples were taken; this machine where absent. */
  readonly host?: HostFacts;
  /** Chooses a track's sinks, which are those of its outputs where absent. */
  readonly sinks?: (track: Track, tracks: readonly Track[], sensors: SensorTracks) => readonly Sink[];
  readonly onSinkError?: SessionOptions['onSinkError'];
  /** Called where a sensor's file can't be written any more and the others shall go on; else the recording ends with that. */
  readonly onSensorFailure?: (error: unknown) => void;
  /** Called where the summary can't be written and is wanted all the same; else that is thrown. */
  readonly onSummaryFailure?: (error: unknown, path: string) => void;
  /** Called when all outputs are open, right before anything is sampled or written; what waits for an event runs after both. */
  readonly onReady?: () => void;
  readonly onNotice?: SessionOptions['onNotice'];
}

/** How a recording ended. */
interface RecordingEnd {
  /** Those whose board went away and did not come back. */
  readonly lost: readonly Track[];
  /** Those whose board was still waited for. */
  readonly away: readonly Track[];
  /** All others. */
  readonly stayed: readonly Track[];
  /** Standard output's reader went away, which ended the recording. */
  readonly readerGone: boolean;
}

/**
 * The one way to a recording: wires the sources' rails, opens the outputs, so that a bad path fails before anything is
 * measured, and begins to sample, all on one clock.
 * @throws UserError (usage, outputFailed); the sources are closed then
 */
export async function startRecording(options: RecordOptions): Promise<RunningRecording> {
  const { outputs, inputs = [], host = hostFacts(), sensors = noSensors, calibrations = [] } = options;
  let tracks: readonly Track[] = [];
  let beside: SensorTracks | undefined;
  try {
    const sources = calibratedSources(options.sources, calibrations);
    const doubts = await Promise.all(sources.map(calibrationDoubts));
    const ids = trackIds(sources.map(({ identity }) => identity));
    const kinds = sensors.sensors.map(({ id }) => id);
    const named = sensorIds(kinds, ids);
    refuseSharedFiles(outputFiles(outputs, ids, named), inputs);
    tracks = await openTracks(sources, ids, options.map, outputs, host);
    beside = await SensorTracks.open(sensors, named, outputs);
    const summary = openSummary(outputs);
    options.onReady?.();
    return new RunningRecording(options, tracks, beside, summary, host, doubts);
  } catch (error) {
    await closeOutputs(tracks);
    await beside?.stop();
    for (const sensor of sensors.sensors) await sensor.close();
    for (const source of options.sources) await source.close();
    throw error;
  }
}

/** A recording that is under way. */
export class RunningRecording {
  /** The first track's instant 0, which is all tracks'; null where they were recorded before. */
  readonly startMonotonicNs: bigint | null;
  /** Resolves when all has ended and what could be written is on disk; rejects with what an output failed of. */
  readonly ended: Promise<RecordingEnd>;
  readonly #running: readonly RunningTrack[];
  #sensorFailure: { readonly error: unknown } | undefined;

  readonly #summaryFile: SummaryFile | null;
  readonly #host: HostFacts;
  /** Of each track's calibration. */
  readonly #doubts: readonly (readonly Warning[])[];
  readonly #onSummaryFailure: RecordOptions['onSummaryFailure'];

  constructor(
    { sampling = {}, sinks, onSinkError, onSensorFailure, onSummaryFailure, onNotice }: RecordOptions,
    readonly tracks: readonly Track[],
    readonly sensors: SensorTracks,
    summaryFile: SummaryFile | null,
    host: HostFacts,
    doubts: readonly (readonly Warning[])[],
  ) {
    this.#doubts = doubts;
    this.#summaryFile = summaryFile;
    this.#host = host;
    this.#onSummaryFailure = onSummaryFailure;
    const chosen = tracks.map((track) => sinks?.(track, tracks, sensors) ?? track.outputs.sinks);
    const clock = new RecordingClock();
    this.#running = tracks.map((track) => {
      const { source, wireLimits } = track;
      const recording = source.start(clock, sampling);
      return { ...track, recording: watchWires(recording, source.board, wireLimits, onNotice) };
    });
    sensors.start(clock, (error) => {
      if (onSensorFailure) return onSensorFailure(error);
      this.#sensorFailure ??= { error };
      this.stop();
    });
    this.startMonotonicNs = this.#running[0]!.recording.header.startMonotonicNs;
    this.ended = this.#run(chosen, { ...(onSinkError && { onSinkError }), ...(onNotice && { onNotice }) });
    this.ended.catch(() => {}); // it is thrown where it is awaited
  }

  /** The paths of what is kept, for people. */
  get files(): readonly string[] {
    const places = this.tracks.flatMap(({ places: { out, capture } }) => [out, capture]);
    return [...places, ...this.sensors.files, this.#summaryFile?.path].filter(
      (path): path is string => path !== undefined && path !== '-',
    );
  }

  /** What the sources find doubtful about the samples; known when it has ended. */
  get warnings(): readonly Warning[] {
    const ofBoards = trackWarnings(this.#running, (track) => [
      ...this.#doubts[this.#running.indexOf(track)]!,
      ...(track.recording.warnings?.() ?? []),
    ]);
    return [...ofBoards, ...this.sensors.warnings];
  }

  /** Where one of the tracks or another has no samples, µs; known when it has ended. */
  get silences(): readonly TimeSpan[] {
    return silencesOf(this.#running);
  }

  /** Hands on at once what is there. */
  handOver(): void {
    for (const { recording } of this.#running) recording.handOver?.();
  }

  /** Ends it: what was sampled up to now is still written. */
  stop(): void {
    for (const { recording } of this.#running) recording.stop();
  }

  /** When it has ended: the summary, written to its file where there is one. @throws UserError (outputFailed) unless that is handled */
  async summarize({ warnings = this.warnings, ...parts }: SummaryParts = {}): Promise<Summary> {
    const summary = await summaryOf(this.#running, this.#host, { ...parts, warnings }, (endS) =>
      this.sensors.summaries(endS),
    );
    try {
      await this.#summaryFile?.write(summary);
    } catch (error) {
      if (!this.#onSummaryFailure) throw error;
      this.#onSummaryFailure(error, this.#summaryFile!.path);
    }
    return summary;
  }

  /** Lets go of the ports or files; safe to call twice. */
  async close(): Promise<void> {
    await Promise.all([...this.tracks.map(({ source }) => source.close()), this.sensors.stop()]);
  }

  /** Each track by itself, so that one which is away or slow costs the others nothing. An output that fails ends all. */
  async #run(
    chosen: readonly (readonly Sink[])[],
    told: Pick<SessionOptions, 'onSinkError' | 'onNotice'>,
  ): Promise<RecordingEnd> {
    const turns = this.sensors.tracks.length > 0 ? [this.sensors.turns(told.onNotice ?? (() => {}))] : [];
    const sessions = this.#running.map(async ({ source, recording, wiring, outputs }, n) => {
      try {
        return await runSession({
          board: source.board,
          recording,
          wiring,
          columnsToDecode: outputs.columnsToDecode,
          sinks: n === 0 ? [...chosen[n]!, ...turns] : chosen[n]!,
          ...told,
        });
      } catch (error) {
        this.stop();
        throw error;
      }
    });
    const settled = await Promise.allSettled(sessions);
    await this.sensors.stop();
    if (this.#sensorFailure) throw this.#sensorFailure.error;
    const results = settled.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    });
    const lost = this.tracks.filter((_, n) => results[n]!.end === 'board-lost');
    const away = this.tracks.filter((track, n) => results[n]!.away && !lost.includes(track));
    return {
      ...{ lost, away },
      stayed: this.tracks.filter((track) => !lost.includes(track) && !away.includes(track)),
      readerGone: results.some(({ readerGone }) => readerGone),
    };
  }
}
