import { setTimeout as sleep } from 'node:timers/promises';
import { boardError, ExitCode, outOfDescriptors } from '../../errors.js';
import { tracedColumns } from '../../measure/accuracy/accuracy.js';
import { withoutReadings, withoutReadingsText } from '../../measure/doubts/without-readings.js';
import type { MapChoice } from '../../measure/rail-map.js';
import type { Summary } from '../../measure/summary.js';
import { AnnotatedSource } from '../../session/annotated-source.js';
import { type Calibrations, calibrationsOfThose } from '../../session/calibration/apply.js';
import type { OutputChoice } from '../../session/outputs.js';
import { type RunningRecording, startRecording } from '../../session/record.js';
import type { SensorsBeside } from '../../session/sensor-tracks.js';
import type { SummaryParts } from '../../session/summary.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import { openSources } from '../../source/open.js';
import type { OpenOptions } from '../../source/open-board.js';
import type { RecordingOptions, Source } from '../../source/source.js';
import type { CommandEvent } from '../../stream/command-event.js';
import { PowerHistory } from '../../trace/history.js';
import { SeveralHistories, SeveralTraces } from '../../trace/several.js';
import { Trace } from '../../trace/trace.js';
import type { AskSensors } from '../figures/evaluate.js';
import { standIn } from './empty-source.js';
import { ExperimentLog } from './experiment-log.js';
import { faultOf, type MeasuringFault, noBoard } from './measuring-fault.js';

interface MeasurementOptions {
  readonly ports: readonly string[];
  readonly open: OpenOptions;
  readonly recording: RecordingOptions;
  readonly map: MapChoice;
  readonly calibrations?: Calibrations | undefined;
  readonly outputs: OutputChoice;
  /** Recorded beside the boards; the measurement lets go of them. */
  readonly sensors?: SensorsBeside | undefined;
  /** What of the command stands in front of the first sample. */
  readonly first: readonly CommandEvent[];
  /** Makes more sinks for each track, of which nothing that is measured hangs. */
  readonly watch?: ((track: Track) => readonly Sink[]) | undefined;
  /** Throws where there is no board, instead of measuring nothing. */
  readonly strict: boolean;
}

/** How long samples are waited for that ought to be there, ms. */
const graceMs = 1000;

/** How often samples that are waited for are asked for, ms. */
const askEveryMs = 10;

/** How long the end of a recording is waited for: a hung disk or port must not hold back those who wait for the command. */
const stopLimitMs = 30_000;

/** A recording that runs beside a command and must not harm it: after `start`, what goes wrong is kept, not thrown. */
export class Measurement {
  /** The recording's instant 0 on CLOCK_MONOTONIC, ns. */
  readonly originNs: bigint;
  /** It did not end when it was told to. */
  stuck = false;
  /** What has been noted. */
  readonly log = new ExperimentLog();
  readonly #session: Promise<void>;

  readonly #sources: readonly AnnotatedSource[];
  readonly #recording: RunningRecording;

  private constructor(
    sources: readonly AnnotatedSource[],
    /** False where there is no board, and nothing to wait for. */
    readonly hasBoard: boolean,
    recording: RunningRecording,
    readonly history: SeveralHistories,
    readonly faults: MeasuringFault[],
    first: readonly CommandEvent[],
  ) {
    this.#sources = sources;
    this.#recording = recording;
    const { startMonotonicNs } = recording;
    if (startMonotonicNs === null) throw new Error('a recording that is not of here and now');
    this.originNs = startMonotonicNs;
    for (const event of first) this.log.take(event);
    this.#session = this.#run();
  }

  /**
   * Opens the boards and the outputs, and begins to sample. Of several boards, those that are there are measured.
   * @throws UserError for outputs that cannot be opened, and whatever is wrong with the command line; for a port only
   * where `strict`
   */
  static async start(options: MeasurementOptions): Promise<Measurement> {
    const { sources, missing } = await openSources(options.ports, options.open);
    const errors = missing.map(({ port, error }) => noBoard(port, error));
    // Only what is wrong with the command line ends here; whatever else is wrong, the command runs all the same.
    const refused = errors.find(({ exitCode }) => options.strict || exitCode === ExitCode.usage);
    if (refused) {
      for (const source of sources) await source.close();
      throw refused;
    }
    const faults = errors.map((error) => faultOf(error));
    try {
      return await Measurement.#begin(sources, options, faults);
    } catch (error) {
      if (options.strict || !outOfDescriptors(error)) throw error;
      const { columns } = options.outputs;
      const nothing = [faultOf(noBoard(options.ports.join(', '), error))];
      return Measurement.#begin([], { ...options, outputs: { columns }, sensors: undefined }, nothing);
    }
  }

  /** @param faults why some of the boards are not there */
  static async #begin(
    measured: readonly Source[],
    options: MeasurementOptions,
    faults: MeasuringFault[],
  ): Promise<Measurement> {
    const histories: PowerHistory[] = [];
    const why = faults.map(({ message }) => message).join('; ');
    const { some, map, outputs } =
      measured.length > 0 ? { ...options, some: measured } : standIn(options, why);
    // Each board's capture tells of the command, so that each can be replayed by itself.
    const sources = some.map(
      (source, n) => new AnnotatedSource(source, options.first, () => void histories[n]?.finish()),
    );
    const recording = await startRecording({
      sources,
      ...{ map, outputs, sampling: options.recording },
      calibrations: calibrationsOfThose(measured, options.calibrations, faults.length > 0),
      ...(options.sensors ? { sensors: { ...options.sensors, remember: true } } : {}),
      onSensorFailure: (error) => faults.push(faultOf(error)),
      inputs: measured.map(({ identity }) => ({ role: '--port', path: identity.port })),
      sinks: (track) => {
        const history = new PowerHistory(tracedColumns(track.outputs.collector).length);
        histories.push(history);
        return [history, ...track.outputs.sinks, ...(options.watch?.(track) ?? [])];
      },
      // The others go on.
      onSinkError: (error, { shortfall }) => faults.push(faultOf(error, shortfall?.name)) > 0,
      onSummaryFailure: (error, path) => faults.push(faultOf(error, path)),
      onNotice: options.open.onNotice,
    });
    const history = new SeveralHistories(histories);
    return new Measurement(sources, measured.length > 0, recording, history, faults, options.first);
  }

  /** The paths of what is kept whole, for people. */
  get files(): readonly string[] {
    const failed = this.faults.map(({ output }) => output);
    return this.#recording.files.filter((path) => !failed.includes(path));
  }

  /** Hands on at once what has been sampled. */
  handOver(): void {
    this.#recording.handOver();
  }

  /** Says something of the command in the recording. */
  note(event: CommandEvent): void {
    this.log.take(event);
    for (const source of this.#sources) source.note(event);
  }

  /** Waits until a sample of every board at `us` or later is in, not much longer than it ought to take. */
  async reached(us: number): Promise<void> {
    const handOvers = setInterval(() => this.#recording.handOver(), askEveryMs);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs + 2 * this.history.spacingMs);
    });
    await Promise.race([this.history.reached(us), late]);
    clearTimeout(timer);
    clearInterval(handOvers);
  }

  /** Waits until each sensor has said something, not much longer than it ought to take. */
  sensorsBegun(isOver: () => boolean): Promise<void> {
    return this.#recording.sensors.begun(isOver);
  }

  /** Ends the recording; everything that could be written is on disk afterwards. */
  async stop(): Promise<void> {
    await sleep(this.#recording.sensors.settleMs);
    this.#recording.stop();
    const ended = this.#session.then(() => this.guarded(() => this.#recording.close()));
    const late = sleep(stopLimitMs, 'late', { ref: false });
    if ((await Promise.race([ended, late])) !== 'late') return;
    this.stuck = true;
    this.faults.push({
      message: `the recording does not end: a port or an output has hung for ${stopLimitMs / 1000} s`,
      exitCode: ExitCode.outputFailed,
    });
  }

  /** What was recorded, to be asked what any span of it cost; all of it after `stop`. */
  get trace(): Pick<Trace, 'evaluate'> {
    const recording = this.#recording;
    const traces = recording.tracks.map(
      ({ outputs }, n) => new Trace(this.history.each[n]!, () => outputs.collector.partFacts()),
    );
    return traces.length === 1 ? traces[0]! : new SeveralTraces(traces, () => recording.silences);
  }

  /** What the sensors beside the boards say of spans, after `stop`; null where there are none. */
  get sensors(): AskSensors {
    const { sensors } = this.#recording;
    if (sensors.tracks.length === 0) return null;
    return (spans) => sensors.energiesJ(spans);
  }

  /** The summary, written to its file where there is one; after `stop`. */
  async summarize({ warnings = [], ...parts }: SummaryParts): Promise<Summary> {
    try {
      return await this.#recording.summarize({
        ...parts,
        warnings: [...this.#recording.warnings, ...warnings],
      });
    } finally {
      await this.history.dispose();
    }
  }

  async #run(): Promise<void> {
    try {
      const { lost, away, stayed } = await this.#recording.ended;
      const which = ({ id }: Track) => (this.#recording.tracks.length > 1 ? id : 'the board');
      const tell = (tracks: readonly Track[], what: string) => {
        for (const track of tracks)
          this.faults.push({
            message: `${which(track)} ${what}; what was recorded until then is whole`,
            exitCode: ExitCode.boardLost,
          });
      };
      tell(lost, 'was lost and did not come back');
      tell(away, 'went away and was not back when the recording ended');
      for (const each of withoutReadings(stayed))
        this.fault(boardError(withoutReadingsText(each, this.#recording.tracks.length === 1)));
    } catch (error) {
      this.fault(error);
      await this.history.finish();
    }
  }

  /** Keeps what went wrong. */
  fault(error: unknown, output?: string): void {
    this.faults.push(faultOf(error, output));
  }

  /** Does something that may fail without anybody being harmed. */
  async guarded(action: () => Promise<void>): Promise<void> {
    await action().catch((error: unknown) => this.fault(error));
  }
}
