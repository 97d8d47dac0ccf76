import type { Instrument } from '../board/board.js';
import type { WireLimits } from '../measure/wires/limits.js';
import type { FrameBlock } from '../stream/frame-block.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import type { Warning } from '../stream/warning.js';
import type { RecordingClock } from './clock-watch.js';

export interface RecordingOptions {
  /** Samples per second on an even grid; as fast as the board answers where absent. */
  readonly rateHz?: number;
  /** Ends by itself after this long. */
  readonly durationMs?: number;
  /** How old a sample may get before it is handed on, ms: smaller where somebody looks on, larger where CPU counts. */
  readonly handOverMs?: number;
}

/** Anything that yields samples: a live board, a capture, the simulator. Connected and identified already. */
export interface Source {
  readonly board: Instrument;
  readonly identity: BoardIdentity;
  /** Of a recording: what its wires were held against then; absent where that is not known. */
  readonly wireLimits?: WireLimits | undefined;
  /** Begins to sample on a clock, whose instant 0 is now; what was recorded before has its own. Called once. */
  start(clock: RecordingClock, options: RecordingOptions): Recording;
  /** Lets go of the port or the file; safe to call twice, and before `start`. */
  close(): Promise<void>;
}

/** A recording in progress. */
export interface Recording {
  readonly header: RecordingHeader;
  /** The samples come whether or not they are taken. A source that is not live waits until they are. */
  readonly live?: boolean;
  /** The samples in order; the last block holds the `end` event. Live sources hand blocks out about once a second. */
  blocks(): AsyncIterable<FrameBlock>;
  /** Ends it: the blocks up to now still come, then `end`. */
  stop(): void;
  /** Hands on at once what is there, where samples are collected for a while. */
  handOver?(): void;
  /** What is doubtful about the samples, known once the last block has come. */
  warnings?(): readonly Warning[];
}
