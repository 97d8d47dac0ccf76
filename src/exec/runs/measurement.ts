import { setTimeout as sleep } from 'node:timers/promises';
import { boardError, ExitCode, errorText, outOfDescriptors, UserError } from '../../errors.js';
import type { RailMap } from '../../measure/rail-map.js';
import type { Summary } from '../../measure/summary.js';
import { AnnotatedSource } from '../../session/annotated-source.js';
import type { OutputChoice } from '../../session/outputs.js';
import { type RunningRecording, startRecording } from '../../session/record.js';
import type { SummaryParts } from '../../session/summary.js';
import { openSource } from '../../source/open.js';
import type { OpenOptions } from '../../source/open-board.js';
import type { RecordingOptions, Source } from '../../source/source.js';
import type { CommandEvent } from '../../stream/command-event.js';
import { PowerHistory } from '../../trace/history.js';
import { Trace } from '../../trace/trace.js';
import { EmptySource } from './empty-source.js';
import { ExperimentLog } from './experiment-log.js';

export interface MeasurementOptions {
  readonly port: string;
  readonly open: OpenOptions;
  readonly recording: RecordingOptions;
  readonly map: RailMap;
  readonly outputs: OutputChoice;
  /** What of the command stands in front of the first sample. */
  readonly first: readonly CommandEvent[];
  /** Throws where there is no board, instead of measuring nothing. */
  readonly strict: boolean;
}

/** Something that went wrong with measuring; the child does not hear of it. */
export interface MeasuringFault {
  readonly message: string;
  /** What powerlog ends with where `--strict` asks for it. */
  readonly exitCode: ExitCode;
}

/** How long samples are waited for that ought to be there, ms. */
const graceMs = 1000;

/** How often samples that are waited for are asked for, ms. */
const askEveryMs = 10;

/** How long the end of a recording is waited for: a hung disk or port must not hold whoever waits for the command. */
const stopLimitMs = 30_000;

/** Whatever kept a board from being opened, as an error of ours. */
const noBoard = (port: string, error: unknown): UserError =>
  error instanceof UserError ? error : boardError(`${port} cannot be measured: ${errorText(error)}`, error);

/** A recording that runs beside a command and must not harm it: after `start`, what goes wrong is kept, not thrown. */
export class Measurement {
  /** The recording's instant 0 on CLOCK_MONOTONIC, ns. */
  readonly originNs: bigint;
  /** It did not end when it was told to. */
  stuck = false;
  /** What has been noted. */
  readonly log = new ExperimentLog();
  readonly #session: Promise<void>;

  private constructor(
    private readonly source: AnnotatedSource,
    /** False where there is no board, and nothing to wait for. */
    readonly hasBoard: boolean,
    private readonly recording: RunningRecording,
    readonly history: PowerHistory,
    readonly faults: MeasuringFault[],
  ) {
    const { startMonotonicNs } = recording;
    if (startMonotonicNs === null) throw new Error('a recording that is not of here and now');
    this.originNs = startMonotonicNs;
    for (const event of source.first) this.log.take(event);
    this.#session = this.#run();
  }

  /**
   * Opens the board and the outputs, and begins to sample.
   * @throws UserError for outputs that cannot be opened, and whatever is wrong with the command line; for a port only
   * where `strict`
   */
  static async start(options: MeasurementOptions): Promise<Measurement> {
    const source = await openSource(options.port, options.open).catch((error: unknown) => {
      // Only what is wrong with the command line is for whoever typed it; the command runs all the same.
      const wrong = error instanceof UserError && error.exitCode === ExitCode.usage;
      if (options.strict || wrong) throw noBoard(options.port, error);
      return new EmptySource(options.port, noBoard(options.port, error));
    });
    try {
      return await Measurement.#begin(source, options);
    } catch (error) {
      if (options.strict || !outOfDescriptors(error)) throw error;
      const { columns } = options.outputs;
      const nothing = new EmptySource(options.port, noBoard(options.port, error));
      return Measurement.#begin(nothing, { ...options, outputs: { columns } });
    }
  }

  static async #begin(measured: Source, options: MeasurementOptions): Promise<Measurement> {
    let history: PowerHistory | undefined;
    const noBoard = measured instanceof EmptySource ? measured.error : null;
    const faults: MeasuringFault[] = noBoard ? [faultOf(noBoard)] : [];
    const source = new AnnotatedSource(measured, options.first, () => void history?.finish());
    const recording = await startRecording({
      sources: [source],
      map: options.map,
      outputs: options.outputs,
      inputs: [{ role: '--port', path: source.identity.port }],
      sampling: options.recording,
      sinks: ({ outputs, wiring }) => {
        history = new PowerHistory(wiring.sums.length);
        return [history, ...outputs.sinks];
      },
      onSinkError: (error) => {
        faults.push(faultOf(error));
        return true; // the others go on
      },
      onNotice: options.open.onNotice,
    });
    return new Measurement(source, noBoard === null, recording, history!, faults);
  }

  get files(): readonly string[] {
    return this.recording.files;
  }

  /** Says something of the command in the recording. */
  note(event: CommandEvent): void {
    this.log.take(event);
    this.source.note(event);
  }

  /** Waits until a sample at `us` or later is in, not much longer than it ought to take. */
  async reached(us: number): Promise<void> {
    const handOvers = setInterval(() => this.recording.handOver(), askEveryMs);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      const lastUs = Math.max(this.history.lastUs, 0);
      const spacingMs = this.history.samples > 1 ? lastUs / 1000 / (this.history.samples - 1) : 0;
      timer = setTimeout(resolve, graceMs + 2 * spacingMs);
    });
    await Promise.race([this.history.reached(us), late]);
    clearTimeout(timer);
    clearInterval(handOvers);
  }

  /** Ends the recording; everything that could be written is on disk afterwards. */
  async stop(): Promise<void> {
    this.recording.stop();
    const ended = this.#session.then(() => this.guarded(() => this.recording.close()));
    const late = sleep(stopLimitMs, 'late', { ref: false });
    if ((await Promise.race([ended, late])) !== 'late') return;
    this.stuck = true;
    this.faults.push({
      message: `the recording does not end: a port or an output has hung for ${stopLimitMs / 1000} s`,
      exitCode: ExitCode.outputFailed,
    });
  }

  /** What was recorded, to be asked what any span of it cost; all of it after `stop`. */
  get trace(): Trace {
    return new Trace(this.history, () => this.recording.tracks[0]!.outputs.collector.partFacts());
  }

  /** The summary, written to its file where there is one; after `stop`. */
  async summarize({ warnings = [], ...parts }: SummaryParts): Promise<Summary> {
    try {
      return await this.recording.summarize({
        ...parts,
        warnings: [...this.recording.warnings, ...warnings],
      });
    } finally {
      await this.history.dispose();
    }
  }

  async #run(): Promise<void> {
    try {
      const { lost } = await this.recording.ended;
      if (lost.length > 0)
        this.faults.push({
          message: 'the board was lost and did not come back; what was recorded until then is whole',
          exitCode: ExitCode.boardLost,
        });
    } catch (error) {
      this.fault(error);
      await this.history.finish();
    }
  }

  /** Keeps what went wrong. */
  fault(error: unknown): void {
    this.faults.push(faultOf(error));
  }

  /** Does something that may fail without anybody being harmed. */
  async guarded(action: () => Promise<void>): Promise<void> {
    await action().catch((error: unknown) => this.fault(error));
  }
}

const faultOf = (error: unknown): MeasuringFault => ({
  message: errorText(error),
  exitCode: error instanceof UserError ? error.exitCode : ExitCode.bug,
});
