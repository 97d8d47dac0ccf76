import type { OutputMark } from './matcher.js';

/** Between a run and the thread that hands its output through. */
export interface PumpData {
  /** The descriptor that the command's output is read from. */
  readonly sourceFd: number;
  /** The descriptor that it is written to. */
  readonly sinkFd: number;
  /** A write to the sink takes what there is room for, and does not wait for more. */
  readonly sinkTakesPart: boolean;
  /** The descriptor on which a byte says that the stage has changed. */
  readonly wakeFd: number;
  /** None: the output is only handed through. */
  readonly patterns: readonly string[];
  readonly shared: SharedArrayBuffer;
}

/** What both threads see, each an Int32. */
export const shared = {
  bytes: 8,
  /** Odd while patterns are matched, and another number each time. */
  turn: 0,
  /** One of `stage`. */
  stage: 1,
};

export const stage = { running: 0, commandEnded: 1, abandoned: 2 };

/**
 * Why it stopped: the other end is closed; it is still open, though the command has ended; the output's reader has gone, or
 * an error came in writing; the last bytes are not taken, and an end is asked for.
 */
export type PumpEnd = 'ended' | 'held' | 'unread' | 'abandoned';

export type FromPump =
  | { readonly type: 'ready' }
  | { readonly type: 'marks'; readonly marks: readonly OutputMark[] }
  | { readonly type: 'done'; readonly end: PumpEnd; readonly error: string | null }
  | { readonly type: 'failed'; readonly message: string };
