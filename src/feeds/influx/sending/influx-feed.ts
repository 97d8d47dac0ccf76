import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Track } from '../../../session/track.js';
import type { Sink } from '../../../sink/sink.js';
import type { Warning } from '../../../stream/warning.js';
import { formatCount, plural } from '../../../units.js';
import { BoardNames } from '../../board-names.js';
import { SendingThread } from '../../sending/sending-thread.js';
import { InfluxSink, type LinePlan } from '../lines/influx-sink.js';
import type { BatchMessage, InfluxWorkerData } from './messages.js';

interface InfluxFeedOptions extends LinePlan, InfluxWorkerData {
  readonly onNotice: (text: string) => void;
}

/** A recording's way into a database: lines are made here, and kept and sent in a thread of their own. */
export class InfluxFeed {
  readonly name: string;
  readonly #options: InfluxFeedOptions;
  readonly #thread: SendingThread<BatchMessage>;
  readonly #names = new BoardNames((name) => name);
  readonly #sinks: InfluxSink[] = [];

  private constructor(options: InfluxFeedOptions, thread: SendingThread<BatchMessage>) {
    this.#options = options;
    this.name = options.target.name;
    this.#thread = thread;
  }

  /** Opens the spool, and begins to send what it has. @throws UserError (outputFailed) where there can be none */
  static async open(options: InfluxFeedOptions): Promise<InfluxFeed> {
    const { folder, limitBytes, target, authorization, onNotice } = options;
    const data: InfluxWorkerData = { folder, limitBytes, target, authorization };
    const path = join(__dirname, 'influx-worker.js');
    const thread = await SendingThread.open<BatchMessage>(path, data, onNotice);
    if (thread.left > 0)
      onNotice(`${plural(thread.left, 'line')} that an earlier recording left in ${folder} are sent first`);
    return new InfluxFeed(options, thread);
  }

  /** Why nothing arrives; null where it does, as far as is known. */
  get trouble(): string | null {
    return this.#thread.trouble;
  }

  /** Another recording comes behind the last one, of the same boards. */
  nextRecording(): void {
    this.#names.forget();
    this.#sinks.length = 0;
  }

  sinkOf(track: Track): Sink {
    const sink = new InfluxSink({
      ...this.#options,
      track,
      ...{ board: this.#names.of(track), host: hostname() },
      deliver: (batch) =>
        this.#thread.deliver({ type: 'batch', ...batch }, batch.lines, batch.bytes.length, [
          batch.bytes.buffer,
        ]),
    });
    this.#sinks.push(sink);
    return sink;
  }

  /** When all samples have come. */
  async settle(): Promise<readonly Warning[]> {
    const { name } = this;
    const state = await this.#thread.settle();
    const moved = this.#sinks.reduce((sum, each) => sum + each.moved, 0);
    return [
      ...this.#thread.warnings(state, { name, thing: 'line', option: 'influx' }, this.#options.folder),
      ...(moved > 0
        ? [
            {
              code: 'influx-moved' as const,
              message: `${formatCount(moved)} samples stand a millisecond or more behind their instants at ${name}, where no two can share one`,
            },
          ]
        : []),
    ];
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
