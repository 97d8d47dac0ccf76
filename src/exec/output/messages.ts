import type { OutputMark } from './matcher.js';

/** Between a run and the thread that hands its output through. */
export interface PumpData {
  /** Where the command's output is read, */
  readonly sourceFd: number;
  /** where it goes, */
  readonly sinkFd: number;
  /** A write to it takes what there is room for, and does not wait for more. */
  readonly sinkTakesPart: boolean;
  /** and where a byte says to look at the stage. */
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
 * Why it stopped: nobody holds the other end any more; somebody still does, though the command has ended; whoever read
 * the output has gone, or an error came in writing; the last bytes are not taken, and somebody wants an end.
 */
export type PumpEnd = 'ended' | 'held' | 'unread' | 'abandoned';

export type FromPump =
  | { readonly type: 'ready' }
  | { readonly type: 'marks'; readonly marks: readonly OutputMark[] }
  | { readonly type: 'done'; readonly end: PumpEnd; readonly error: string | null }
  | { readonly type: 'failed'; readonly message: string };
