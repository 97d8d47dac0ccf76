import { type NamedFile, refuseSharedFiles } from '../file/shared-files.js';
import type { SummaryCollector } from '../measure/collector.js';
import { type RailMap, resolveWiring, type Wiring } from '../measure/rail-map.js';
import type { BoardSummary, HostFacts, Summary } from '../measure/summary.js';
import type { Sink } from '../sink/sink.js';
import { RecordingClock } from '../source/clock-watch.js';
import type { Recording, RecordingOptions, Source } from '../source/source.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import { type OutputChoice, type Outputs, openOutputs, outputFiles } from './outputs.js';
import { runSession, type SessionOptions, type SessionResult } from './session.js';

/** What is recorded, how, and to where. */
export interface RecordOptions {
  /** Connected; the recording lets go of it. */
  readonly source: Source;
  readonly map: RailMap;
  readonly outputs: OutputChoice;
  /** Files that are read, so that no output may be one of them. */
  readonly inputs?: readonly NamedFile[];
  readonly sampling?: RecordingOptions;
  /** Where the samples were taken; this machine where absent. */
  readonly host?: HostFacts;
  /** Chooses the sinks, which are those of the outputs where absent. */
  readonly sinks?: (outputs: Outputs, wiring: Wiring) => readonly Sink[];
  readonly onSinkError?: SessionOptions['onSinkError'];
  /** Called when all outputs are open, right before anything is sampled or written. */
  readonly onReady?: () => void;
  readonly onNotice?: SessionOptions['onNotice'];
}

/** What a summary holds beside the figures. */
export interface SummaryParts {
  /** The source's own where absent. */
  readonly warnings?: readonly Warning[];
  readonly extra?: Partial<Summary>;
  /** What is to be said of the board that measured. */
  readonly doubts?: (board: BoardSummary) => readonly Warning[];
}

/**
 * The one way to a recording: wires the source's rails, opens the outputs, so that a bad path fails before anything is
 * measured, and begins to sample.
 * @throws UserError (usage, outputFailed); the source is closed then
 */
export async function startRecording(options: RecordOptions): Promise<RunningRecording> {
  const { source } = options;
  let outputs: Outputs | undefined;
  try {
    refuseSharedFiles(outputFiles(options.outputs), options.inputs ?? []);
    const wiring = resolveWiring(source.board, options.map);
    outputs = await openOutputs(options.outputs, source, wiring, options.host);
    options.onReady?.();
    return new RunningRecording(options, wiring, outputs);
  } catch (error) {
    for (const sink of outputs?.sinks ?? []) await sink.finish();
    await source.close();
    throw error;
  }
}

/** A recording that is under way. */
export class RunningRecording {
  /** Resolves when it has ended and all that could be written is on disk; rejects with what an output failed of. */
  readonly ended: Promise<SessionResult>;
  readonly #source: Source;
  readonly #recording: Recording;

  constructor(
    { source, sampling = {}, sinks, onSinkError, onNotice }: RecordOptions,
    readonly wiring: Wiring,
    private readonly outputs: Outputs,
  ) {
    const chosen = sinks?.(outputs, wiring) ?? outputs.sinks;
    this.#source = source;
    this.#recording = source.start(new RecordingClock(), sampling);
    this.ended = runSession({
      board: source.board,
      recording: this.#recording,
      wiring,
      columnsToDecode: outputs.columnsToDecode,
      sinks: chosen,
      ...(onSinkError && { onSinkError }),
      ...(onNotice && { onNotice }),
    });
    this.ended.catch(() => {}); // it is thrown where it is awaited
  }

  get header(): RecordingHeader {
    return this.#recording.header;
  }

  get collector(): SummaryCollector {
    return this.outputs.collector;
  }

  /** The paths of what is kept, for people. */
  get files(): readonly string[] {
    return this.outputs.files;
  }

  /** What the source finds doubtful about the samples; known when it has ended. */
  get warnings(): readonly Warning[] {
    return this.#recording.warnings?.() ?? [];
  }

  /** Hands on at once what is there. */
  handOver(): void {
    this.#recording.handOver?.();
  }

  /** Ends it: what was sampled up to now is still written. */
  stop(): void {
    this.#recording.stop();
  }

  /** When it has ended: the summary, written to its file where there is one. @throws UserError (outputFailed) */
  summarize({ warnings = this.warnings, extra, doubts }: SummaryParts = {}): Promise<Summary> {
    return this.outputs.summarize(warnings, extra, doubts);
  }

  /** Lets go of the port or the file; safe to call twice. */
  close(): Promise<void> {
    return this.#source.close();
  }
}
