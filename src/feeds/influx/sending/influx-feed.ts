import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../../errors.js';
import type { Track } from '../../../session/track.js';
import type { Sink } from '../../../sink/sink.js';
import type { Warning } from '../../../stream/warning.js';
import { formatCount, plural } from '../../../units.js';
import { InfluxSink, type LineBatch, type LinePlan } from '../lines/influx-sink.js';
import { graceMs, mostOnTheWayBytes } from './limits.js';
import type { FromInfluxWorker, InfluxWorkerData, ToInfluxWorker } from './messages.js';
import type { SendingState } from './sender.js';

export interface InfluxFeedOptions extends LinePlan, InfluxWorkerData {
  readonly onNotice: (text: string) => void;
}

/** A recording's way into a database: lines are made here, and kept and sent in a thread of their own. */
export class InfluxFeed {
  readonly name: string;
  readonly #options: InfluxFeedOptions;
  readonly #worker: Worker;
  readonly #boards = new Set<string>();
  readonly #sinks: InfluxSink[] = [];
  #onTheWayBytes = 0;
  /** Lines that never came to the spool. */
  #dropped = 0;
  #failure: string | null = null;
  #onSettled = (_: SendingState | null) => {};
  readonly #closed: Promise<void>;
  #closing: Promise<void> | undefined;

  private constructor(options: InfluxFeedOptions, worker: Worker) {
    this.#options = options;
    this.name = options.target.name;
    this.#worker = worker;
    this.#closed = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromInfluxWorker) => this.#take(message));
    worker.on('error', (error) => {
      this.#failure = error.message;
      this.#onSettled(null);
    });
  }

  /** Opens the spool, and begins to send what it has. @throws UserError (outputFailed) where there can be none */
  static async open(options: InfluxFeedOptions): Promise<InfluxFeed> {
    const { folder, limitBytes, target, authorization } = options;
    const worker = new Worker(join(__dirname, 'influx-worker.js'), {
      workerData: { folder, limitBytes, target, authorization } satisfies InfluxWorkerData,
    });
    const left = await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: FromInfluxWorker) => {
        if (message.type === 'ready') resolve(message.left);
        else reject(asError(message));
      });
    });
    if (left > 0)
      options.onNotice(`${plural(left, 'line')} that an earlier recording left in ${folder} are sent first`);
    return new InfluxFeed(options, worker);
  }

  sinkOf(track: Track): Sink {
    const sink = new InfluxSink({
      ...this.#options,
      track,
      ...{ board: this.#boardTag(track), host: hostname() },
      deliver: (batch) => this.#deliver(batch),
    });
    this.#sinks.push(sink);
    return sink;
  }

  /** When all samples have come. */
  async settle(): Promise<readonly Warning[]> {
    const state = await new Promise<SendingState | null>((resolve) => {
      this.#onSettled = resolve;
      if (this.#failure !== null) resolve(null);
      else this.#post({ type: 'settle', graceMs });
    });
    return this.#warnings(state);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#post({ type: 'close' });
    await this.#closed;
  }

  #warnings(state: SendingState | null): Warning[] {
    const { name } = this;
    const { folder, target } = this.#options;
    if (!state) {
      const message = `${name}: nothing more is sent (${this.#failure}); what is in ${folder} can be: powerlog push ${folder} --influx ${target.name}`;
      return [{ code: 'influx-failed', message }];
    }
    const { unsent, refused, refusal, trouble } = state;
    const lost = state.lost + this.#dropped;
    const moved = this.#sinks.reduce((sum, each) => sum + each.moved, 0);
    const lines = (count: number) => plural(count, 'line');
    const found: [count: number, code: string, message: string][] = [
      [
        unsent,
        'influx-unsent',
        `${lines(unsent)} have not arrived at ${name}${trouble === null ? '' : ` (${trouble})`}; they are kept: powerlog push ${folder} --influx ${target.name}`,
      ],
      [lost, 'influx-lost', `${lines(lost)} are lost to ${name}: there was no room for them on the disk`],
      [refused, 'influx-refused', `${lines(refused)} were refused by ${name}: ${refusal}`],
      [
        moved,
        'influx-moved',
        `${formatCount(moved)} samples stand a millisecond or more behind their instants at ${name}, where no two can share one`,
      ],
    ];
    return found.flatMap(([count, code, message]) => (count > 0 ? [{ code, message }] : []));
  }

  /** A disk that hangs keeps the spool waiting, and nobody else. */
  #deliver({ bytes, lines, unit }: LineBatch): void {
    if (this.#failure !== null || this.#onTheWayBytes + bytes.length > mostOnTheWayBytes) {
      this.#dropped += lines;
      return;
    }
    this.#onTheWayBytes += bytes.length;
    this.#post({ type: 'batch', bytes, lines, unit }, [bytes.buffer]);
  }

  #take(message: FromInfluxWorker): void {
    if (message.type === 'notice') this.#options.onNotice(message.text);
    else if (message.type === 'kept') this.#onTheWayBytes -= message.bytes;
    else if (message.type === 'settled') this.#onSettled(message.state);
  }

  /** Two boards of one name are two series all the same. */
  #boardTag({ id, source: { identity } }: Track): string {
    const names = [identity.name ?? '', identity.name ? '' : identity.product, id].filter(
      (each) => each !== '',
    );
    const board = names.find((each) => !this.#boards.has(each)) ?? `${id} ${this.#boards.size + 1}`;
    this.#boards.add(board);
    return board;
  }

  #post(message: ToInfluxWorker, transferred: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transferred);
  }
}

function asError(message: FromInfluxWorker): Error {
  if (message.type !== 'failed') return new Error(`unexpected ${message.type} from the sending thread`);
  return message.exitCode === null
    ? new Error(message.message)
    : new UserError(message.message, message.exitCode);
}
