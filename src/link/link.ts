import type { Instrument } from '../board/board.js';
import type { OwnTable } from '../board/own/table.js';
import { isStreaming } from '../board/streaming.js';
import type { RecordingEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';
import type { BoardIdentity } from '../stream/recording-header.js';

export interface LinkSampling {
  /** The instant 0 on CLOCK_MONOTONIC. */
  readonly originNs: bigint;
  readonly rateHz?: number | undefined;
  /** No request goes out at or after this instant, ns since the origin. */
  readonly endNs?: number | undefined;
  /** How old a sample may get before it is handed on, ms; `unwatchedMs` where absent. */
  readonly handOverMs?: number | undefined;
}

export type SamplingOutcome = 'duration' | 'stopped' | 'lost';

/** What a sampler needs beside a board and a ring. */
export interface SamplingOptions {
  /** Nanoseconds since the recording began. */
  readonly clock: () => number;
  readonly rateHz?: number | undefined;
  /** No request goes out at or after this instant, ns. */
  readonly endNs?: number | undefined;
  readonly onEvent: (event: RecordingEvent) => void;
  /** Called every `lookEveryNs`, between two samples. */
  readonly look?: () => void;
}

/** What is looked for: a board that a file describes, or one that is asked, so that nothing is said that only one that talks knows. */
export type Expected = OwnTable | 'asked';

/** An open port with an identified board behind it. */
export interface Link {
  readonly kind: LinkKind;
  readonly board: Instrument;
  readonly identity: BoardIdentity;
  /** What its sampling thread runs at, such as `nice -10, rr 1 under load`; null where it has none of its own. */
  readonly priority: string | null;
  /** Samples until `stop`, the end, or the board is lost; returns which. Called once. */
  sample(options: LinkSampling): AsyncGenerator<FrameBlock, SamplingOutcome>;
  /** Hands on at once what is there. */
  handOver(): void;
  stop(): void;
  close(): Promise<void>;
}

/** `tty`: a thread that blocks in the kernel (POSIX). `stream`: serialport's stream. `in-process`: no port at all. */
export type LinkKind = 'tty' | 'stream' | 'in-process';

/**
 * Live samples are handed on in pieces of about this age: each hand-over costs CPU on the machine under test, most of it for
 * waking up. Files are to have them within a second.
 */
export const unwatchedMs = 750;
/** The age of a piece where somebody looks on: a person at a terminal, a program at a pipe. */
export const watchedMs = 250;
/** A block holds at most so many samples. */
export const blockSamples = 512;
/** What the ring holds of a board that is asked: a minute at 1 kHz, however long the text takes. 15 MB at 216 bytes a frame. */
const askedRingSamples = 65_536;
/** Of one that talks, in bytes: half a minute of a PowerSensor3. */
const talkRingBytes = 20 << 20;

/** How many samples the ring holds: a power of two. */
export function ringSamples(board: Instrument): number {
  if (!isStreaming(board)) return askedRingSamples;
  const aMinute = 60 * board.streaming.expectedHz;
  const most = Math.min(aMinute, talkRingBytes / (board.frameBytes + 16));
  return 2 ** Math.max(12, Math.floor(Math.log2(most)));
}
