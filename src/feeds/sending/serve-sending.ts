import { parentPort } from 'node:worker_threads';
import { errorText, UserError } from '../../errors.js';
import { Spool } from '../spool/spool.js';
import { forgetfulMs } from './limits.js';
import type { SendingState } from './state.js';
import type { FromSendingThread, ToSendingThread } from './thread-messages.js';
import { type SentThing, TroubleTexts } from './trouble-texts.js';

/** A spool's place and what empties it. */
export interface SpoolPlan {
  readonly folder: string;
  readonly limitBytes: number;
}

/** What a sending thread has, for what is its own. */
interface Sending {
  readonly spool: Spool;
  readonly texts: TroubleTexts;
  readonly post: (message: FromSendingThread) => void;
  /** Puts a record into the spool. @param bytes what it counts on its way there */
  readonly keep: (meta: string, body: Uint8Array, count: number, bytes: number) => void;
}

interface SendingActs<Own> {
  take(message: Own): void;
  settle(graceMs: number): Promise<SendingState>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/**
 * The thread between a recording and the network: what shall arrive is in the spool before anything is sent.
 * @param name the receiver's, for messages
 */
export function serveSending<Own extends { readonly type: string }>(
  { folder, limitBytes }: SpoolPlan,
  name: string,
  thing: SentThing,
  actsWith: (sending: Sending) => SendingActs<Own>,
): void {
  const port = parentPort!;
  const post = (message: FromSendingThread): void => port.postMessage(message);
  const start = (): void => {
    const spool = Spool.open({ folder, limitBytes, keepMs: forgetfulMs });
    const texts = new TroubleTexts(name, folder, thing, (text) => post({ type: 'notice', text }));
    const keep: Sending['keep'] = (meta, body, count, bytes) => {
      const { records } = spool.lost;
      try {
        spool.append(meta, body, count);
        if (spool.lost.records > records) texts.lost();
      } catch (error) {
        texts.failed(errorText(error));
      }
      post({ type: 'kept', bytes });
    };
    const acts = actsWith({ spool, texts, post, keep });
    const close = async (): Promise<void> => {
      await acts.close();
      spool.close();
      port.close();
    };
    port.on('message', (message: Own | ToSendingThread) => {
      if (isCommon(message)) {
        if (message.type === 'close') void close();
        else void acts.settle(message.graceMs).then((state) => post({ type: 'settled', state }));
      } else acts.take(message);
    });
    post({ type: 'ready', left: spool.waiting.count });
  };
  try {
    start();
  } catch (error) {
    const exitCode = error instanceof UserError ? error.exitCode : null;
    post({ type: 'failed', message: errorText(error), exitCode });
    port.close();
  }
}

const isCommon = (message: { readonly type: string }): message is ToSendingThread =>
  message.type === 'settle' || message.type === 'close';
