import type { ExitCode } from '../../errors.js';
import type { SendingState } from './state.js';

/** What every sending thread is told, beside what is its own. */
export type ToSendingThread =
  | { readonly type: 'settle'; readonly graceMs: number }
  | { readonly type: 'close' };

export type FromSendingThread =
  /** The spool is open. `left`: what an earlier recording left there. */
  | { readonly type: 'ready'; readonly left: number }
  | { readonly type: 'failed'; readonly message: string; readonly exitCode: ExitCode | null }
  | { readonly type: 'notice'; readonly text: string }
  /** Why nothing arrives from now on; null where it does again. */
  | { readonly type: 'trouble'; readonly why: string | null }
  /** So much is in the spool, or lost. */
  | { readonly type: 'kept'; readonly bytes: number }
  | { readonly type: 'settled'; readonly state: SendingState };
