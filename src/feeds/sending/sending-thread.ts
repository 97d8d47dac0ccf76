import { Worker } from 'node:worker_threads';
import { UserError } from '../../errors.js';
import type { Warning } from '../../stream/warning.js';
import { plural } from '../../units.js';
import { graceMs, mostOnTheWayBytes } from './limits.js';
import type { SpoolPlan } from './serve-sending.js';
import type { SendingState } from './state.js';
import type { FromSendingThread, ToSendingThread } from './thread-messages.js';
import type { SentThing } from './trouble-texts.js';

/** What is fed, in words. */
interface Receiver {
  readonly name: string;
  readonly thing: SentThing;
  /** What the codes of warnings begin with, and the option that names it. */
  readonly option: 'influx' | 'mqtt';
}

/** The thread that keeps what shall arrive and sends it, seen from the main thread. */
export class SendingThread<Own extends { readonly type: string }> {
  /** What another process, or an earlier one, has left there. */
  readonly left: number;
  readonly #worker: Worker;
  readonly #closed: Promise<void>;
  /** Why it has ended before its time, and why nothing arrives. */
  #failure: string | null = null;
  #trouble: string | null = null;
  /** Of what may not be in the spool yet. */
  #onTheWayBytes = 0;
  /** What never came to the spool. */
  #dropped = 0;
  #onSettled = (_: SendingState | null) => {};
  #isClosing = false;

  private constructor(worker: Worker, left: number, onNotice: (text: string) => void) {
    this.left = left;
    this.#worker = worker;
    this.#closed = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromSendingThread) => {
      if (message.type === 'notice') onNotice(message.text);
      else if (message.type === 'trouble') this.#trouble = message.why;
      else if (message.type === 'kept') this.#onTheWayBytes -= message.bytes;
      else if (message.type === 'settled') this.#onSettled(message.state);
    });
    worker.on('error', (error) => {
      this.#failure = error.message;
      this.#onSettled(null);
    });
  }

  /**
   * Opens the spool.
   * @param path the thread's file
   * @throws UserError (outputFailed) where there can be none
   */
  static async open<Own extends { readonly type: string }>(
    path: string,
    workerData: SpoolPlan,
    onNotice: (text: string) => void,
  ): Promise<SendingThread<Own>> {
    const worker = new Worker(path, { workerData });
    const left = await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromSendingThread) => {
        if (message.type === 'ready') resolve(message.left);
        else reject(asError(message));
      });
    });
    return new SendingThread(worker, left, onNotice);
  }

  /** Why nothing arrives; null where it does, as far as is known. */
  get trouble(): string | null {
    return this.#failure ?? this.#trouble;
  }

  post(message: Own): void {
    this.#worker.postMessage(message);
  }

  /** Hands over what shall be kept. A disk that hangs keeps the spool waiting, and nobody else: then it is lost, and counted. */
  deliver(message: Own, count: number, bytes: number, transferred: ArrayBuffer[] = []): void {
    if (this.#failure !== null || this.#onTheWayBytes + bytes > mostOnTheWayBytes) {
      this.#dropped += count;
      return;
    }
    this.#onTheWayBytes += bytes;
    this.#worker.postMessage(message, transferred);
  }

  /** When all is sent, or nothing has been taken for so long; null where the thread has ended. */
  async settle(ms = graceMs): Promise<SendingState | null> {
    const state = await new Promise<SendingState | null>((resolve) => {
      this.#onSettled = resolve;
      if (this.#failure !== null) resolve(null);
      else this.#worker.postMessage({ type: 'settle', graceMs: ms } satisfies ToSendingThread);
    });
    return state && { ...state, lost: state.lost + this.#dropped };
  }

  /** What the summary should say of it. @param folder the spool's */
  warnings(state: SendingState | null, { name, thing, option }: Receiver, folder: string): Warning[] {
    const later = `powerlog push ${folder} --${option} ${name}`;
    if (!state)
      return [
        {
          code: `${option}-failed`,
          message: `${name}: nothing more is sent (${this.trouble}); what is in ${folder} can be: ${later}`,
        },
      ];
    const { unsent, lost, refused, refusal, trouble } = state;
    const why = trouble === null ? '' : ` (${trouble})`;
    const found: [count: number, code: 'unsent' | 'lost' | 'refused', message: string][] = [
      [
        unsent,
        'unsent',
        `${plural(unsent, thing)} did not arrive at ${name}${why}; what is left is kept: ${later}`,
      ],
      [lost, 'lost', `${plural(lost, thing)} never came to ${name}: there was no room on the disk`],
      [refused, 'refused', `${name} refused ${plural(refused, thing)}: ${refusal}`],
    ];
    return found.flatMap(([count, code, message]): Warning[] =>
      count > 0 ? [{ code: `${option}-${code}`, message }] : [],
    );
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (!this.#isClosing) this.#worker.postMessage({ type: 'close' } satisfies ToSendingThread);
    this.#isClosing = true;
    await this.#closed;
  }
}

function asError(message: FromSendingThread): Error {
  if (message.type !== 'failed') return new Error(`unexpected ${message.type} from the sending thread`);
  return message.exitCode === null
    ? new Error(message.message)
    : new UserError(message.message, message.exitCode);
}
