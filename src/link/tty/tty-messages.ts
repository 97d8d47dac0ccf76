import type { Instrument } from '../../board/board.js';
import type { ExitCode } from '../../errors.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import type { PlacedEvent } from '../drain-ring.js';
import type { Expected, LinkSampling, SamplingOutcome } from '../link.js';

export interface TtyWorkerData {
  readonly path: string;
  readonly expected: Expected | undefined;
}

export type ToTtyWorker = ({ readonly type: 'start' } & LinkSampling) | { readonly type: 'close' };

export type FromTtyWorker =
  /** No thread can read a tty here. */
  | { readonly type: 'unavailable'; readonly reason: string }
  | {
      readonly type: 'ready';
      readonly board: Instrument;
      readonly identity: BoardIdentity;
      /** What the thread runs at: `rr 1`, `nice 0`. */
      readonly priority: string | null;
      readonly ringBuffer: SharedArrayBuffer;
    }
  | { readonly type: 'event'; readonly placed: PlacedEvent }
  | { readonly type: 'done'; readonly outcome: SamplingOutcome }
  | { readonly type: 'failed'; readonly message: string; readonly exitCode: ExitCode | null };
