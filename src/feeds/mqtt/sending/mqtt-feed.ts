import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../../errors.js';
import type { Track } from '../../../session/track.js';
import type { Sink } from '../../../sink/sink.js';
import type { Warning } from '../../../stream/warning.js';
import { plural } from '../../../units.js';
import { type MessagePlan, MqttSink } from '../messages/mqtt-sink.js';
import { topicLevel, topicsFor } from '../messages/topics.js';
import { graceMs, mostOnTheWayBytes } from './limits.js';
import type { FromMqttWorker, MqttWorkerData, ToMqttWorker } from './worker-messages.js';

type Settled = Omit<Extract<FromMqttWorker, { type: 'settled' }>, 'type'>;

/** Where messages go, and what they wait in. */
export interface BrokerPlan extends Omit<MqttWorkerData, 'clientId'> {
  readonly onNotice: (text: string) => void;
}

export interface MqttFeedOptions extends BrokerPlan, MessagePlan {}

/** A recording's way to a broker: messages are made here, and kept and sent in a thread of their own. */
export class MqttFeed {
  readonly name: string;
  readonly #options: MqttFeedOptions;
  readonly #worker: Worker;
  readonly #boards = new Set<string>();
  #onTheWayBytes = 0;
  /** Messages that never came to the spool. */
  #dropped = 0;
  #failure: string | null = null;
  #onSettled = (_: Settled | null) => {};
  readonly #closed: Promise<void>;
  #closing: Promise<void> | undefined;

  private constructor(options: MqttFeedOptions, worker: Worker) {
    this.#options = options;
    this.name = options.target.name;
    this.#worker = worker;
    this.#closed = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromMqttWorker) => this.#take(message));
    worker.on('error', (error) => {
      this.#failure = error.message;
      this.#onSettled(null);
    });
  }

  /** Opens the spool. @throws UserError (outputFailed) where there can be none */
  static async open(options: MqttFeedOptions): Promise<MqttFeed> {
    const { folder, limitBytes, target, login, tls, onNotice } = options;
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
    if (left > 0) onNotice(`${plural(left, 'message')} that an earlier recording left in ${folder} go first`);
    return new MqttFeed(options, worker);
  }

  sinkOf(track: Track): Sink {
    const { target, columns, intervalUs } = this.#options;
    const connection = this.#boards.size;
    const board = this.#levelOf(track);
    const host = hostname();
    const topics = topicsFor(target.prefix, host, board);
    const retain = (topic: string, payload: string, isFleeting = false): void =>
      this.#post({ type: 'retain', connection, topic, payload, qos: isFleeting ? 0 : 1 });
    this.#post({ type: 'connect', will: topics.state });
    retain(topics.state, 'online');
    return new MqttSink({
      ...{ track, columns, intervalUs, host, board, topics, discovery: target.discovery, retain },
      deliver: (topic, payload) => this.#deliver(topic, payload),
    });
  }

  /** When all samples have come. */
  async settle(): Promise<readonly Warning[]> {
    const settled = await new Promise<Settled | null>((resolve) => {
      this.#onSettled = resolve;
      if (this.#failure !== null) resolve(null);
      else this.#post({ type: 'settle', graceMs });
    });
    return this.#warnings(settled);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#post({ type: 'close' });
    await this.#closed;
  }

  #warnings(settled: Settled | null): Warning[] {
    const { name } = this;
    const { folder } = this.#options;
    if (!settled) {
      const message = `${name}: nothing more is sent (${this.#failure}); what is left is in ${folder}`;
      return [{ code: 'mqtt-failed', message }];
    }
    const { state, trouble } = settled;
    const lost = state.lost + this.#dropped;
    const messages = (count: number) => plural(count, 'message');
    const found: [count: number, code: string, message: string][] = [
      [
        state.unsent,
        'mqtt-unsent',
        `${messages(state.unsent)} have not arrived at ${name}${trouble === null ? '' : ` (${trouble})`}; they are kept in ${folder}, and go first when the same --out is recorded with --mqtt again`,
      ],
      [lost, 'mqtt-lost', `${messages(lost)} are lost to ${name}: there was no room for them on the disk`],
      [state.refused, 'mqtt-refused', `${messages(state.refused)} were refused by ${name}: ${state.refusal}`],
    ];
    return found.flatMap(([count, code, message]) => (count > 0 ? [{ code, message }] : []));
  }

  /** A disk that hangs keeps the spool waiting, and nobody else. */
  #deliver(topic: string, payload: string): void {
    if (this.#failure !== null || this.#onTheWayBytes + payload.length > mostOnTheWayBytes) {
      this.#dropped++;
      return;
    }
    this.#onTheWayBytes += payload.length;
    this.#post({ type: 'message', topic, payload });
  }

  #take(message: FromMqttWorker): void {
    if (message.type === 'notice') this.#options.onNotice(message.text);
    else if (message.type === 'kept') this.#onTheWayBytes -= message.bytes;
    else if (message.type === 'settled') this.#onSettled(message);
  }

  /** Two boards of one name stand beside each other all the same. */
  #levelOf({ id, source: { identity } }: Track): string {
    const names = [identity.name ?? identity.product, id].filter((each) => each !== '').map(topicLevel);
    const level = names.find((each) => !this.#boards.has(each)) ?? `${names[0]}_${this.#boards.size + 1}`;
    this.#boards.add(level);
    return level;
  }

  #post(message: ToMqttWorker): void {
    this.#worker.postMessage(message);
  }
}

function asError(message: FromMqttWorker): Error {
  if (message.type !== 'failed') return new Error(`unexpected ${message.type} from the sending thread`);
  return message.exitCode === null
    ? new Error(message.message)
    : new UserError(message.message, message.exitCode);
}
