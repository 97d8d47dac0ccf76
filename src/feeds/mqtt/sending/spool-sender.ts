import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../../errors.js';
import { topicLevel } from '../messages/topics.js';
import type { FromMqttWorker, MqttWorkerData, ToMqttWorker } from './worker-messages.js';

/** Where messages go, and what they wait in. */
export interface BrokerPlan extends Omit<MqttWorkerData, 'clientId'> {
  readonly onNotice: (text: string) => void;
}

/** How it stands when all is sent that can be. */
export type Settled = Omit<Extract<FromMqttWorker, { type: 'settled' }>, 'type'>;

/** The thread that keeps messages and sends them, seen from the main thread. */
export class SpoolSender {
  /** What another process, or an earlier one, has left there. */
  readonly left: number;
  /** Why the thread has ended before its time. */
  failure: string | null = null;
  /** Of messages that may not be in the spool yet. */
  onTheWayBytes = 0;
  readonly #worker: Worker;
  readonly #closed: Promise<void>;
  #onSettled = (_: Settled | null) => {};
  #isClosing = false;

  private constructor(worker: Worker, left: number, onNotice: (text: string) => void) {
    this.left = left;
    this.#worker = worker;
    this.#closed = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromMqttWorker) => {
      if (message.type === 'notice') onNotice(message.text);
      else if (message.type === 'kept') this.onTheWayBytes -= message.bytes;
      else if (message.type === 'settled') this.#onSettled(message);
    });
    worker.on('error', (error) => {
      this.failure = error.message;
      this.#onSettled(null);
    });
  }

  /** Opens the spool. @throws UserError (outputFailed) where there can be none */
  static async open({ onNotice, ...plan }: BrokerPlan): Promise<SpoolSender> {
    const { folder, limitBytes, target, login, tls } = plan;
    const clientId = `powerlog-${topicLevel(hostname())}-${process.pid}-${randomBytes(3).toString('hex')}`;
    const worker = new Worker(join(__dirname, 'mqtt-worker.js'), {
      workerData: { folder, limitBytes, target, login, tls, clientId } satisfies MqttWorkerData,
    });
    const left = await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromMqttWorker) => {
        if (message.type === 'ready') resolve(message.left);
        else reject(asError(message));
      });
    });
    return new SpoolSender(worker, left, onNotice);
  }

  post(message: ToMqttWorker): void {
    if (message.type === 'message') this.onTheWayBytes += message.payload.length;
    this.#worker.postMessage(message);
  }

  /** When all is sent, or nothing has been taken for so long; null where the thread has ended. */
  settle(graceMs: number): Promise<Settled | null> {
    return new Promise((resolve) => {
      this.#onSettled = resolve;
      if (this.failure !== null) resolve(null);
      else this.post({ type: 'settle', graceMs });
    });
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    if (!this.#isClosing) this.post({ type: 'close' });
    this.#isClosing = true;
    await this.#closed;
  }
}

function asError(message: FromMqttWorker): Error {
  if (message.type !== 'failed') return new Error(`unexpected ${message.type} from the sending thread`);
  return message.exitCode === null
    ? new Error(message.message)
    : new UserError(message.message, message.exitCode);
}
