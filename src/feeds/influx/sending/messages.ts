import type { ExitCode } from '../../../errors.js';
import type { Unit } from '../lines/line-writer.js';
import type { Target } from '../server/target.js';
import type { SendingState } from './sender.js';

export interface InfluxWorkerData {
  readonly folder: string;
  readonly limitBytes: number;
  readonly target: Target;
  readonly authorization: string | null;
}

export type ToInfluxWorker =
  | {
      readonly type: 'batch';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly lines: number;
      readonly unit: Unit;
    }
  | { readonly type: 'settle'; readonly graceMs: number }
  | { readonly type: 'close' };

export type FromInfluxWorker =
  /** The spool is open. `left`: lines that an earlier recording left there. */
  | { readonly type: 'ready'; readonly left: number }
  | { readonly type: 'failed'; readonly message: string; readonly exitCode: ExitCode | null }
  | { readonly type: 'notice'; readonly text: string }
  /** A batch is in the spool, or lost. */
  | { readonly type: 'kept'; readonly bytes: number }
  | { readonly type: 'settled'; readonly state: SendingState }
  | { readonly type: 'closed' };
