import { hostname } from 'node:os';
import { isNoBoard } from '../../../exec/runs/empty-source.js';
import type { Track } from '../../../session/track.js';
import type { Sink } from '../../../sink/sink.js';
import type { Warning } from '../../../stream/warning.js';
import { plural } from '../../../units.js';
import { BoardNames } from '../../board-names.js';
import type { SendingThread } from '../../sending/sending-thread.js';
import { type MessagePlan, MqttSink } from '../messages/mqtt-sink.js';
import { topicLevel, topicsFor } from '../messages/topics.js';
import type { MqttMessage } from './messages.js';
import { type BrokerPlan, openThread } from './open-thread.js';

/** A board that is not there has no topics. */
const nobodyToTellOf: Sink = { begin() {}, write() {}, async finish() {} };

interface MqttFeedOptions extends BrokerPlan, MessagePlan {}

/** A recording's way to a broker: messages are made here, and kept and sent in a thread of their own. */
export class MqttFeed {
  readonly name: string;
  readonly #options: MqttFeedOptions;
  readonly #thread: SendingThread<MqttMessage>;
  readonly #names = new BoardNames(topicLevel);

  private constructor(options: MqttFeedOptions, thread: SendingThread<MqttMessage>) {
    this.#options = options;
    this.name = options.target.name;
    this.#thread = thread;
  }

  /** Opens the spool. @throws UserError (outputFailed) where there can be none */
  static async open(options: MqttFeedOptions): Promise<MqttFeed> {
    const thread = await openThread(options);
    const { left } = thread;
    if (left > 0)
      options.onNotice(
        `${plural(left, 'message')} that an earlier recording left in ${options.folder} go first`,
      );
    return new MqttFeed(options, thread);
  }

  sinkOf(track: Track): Sink {
    if (isNoBoard(track.source.identity)) return nobodyToTellOf;
    const { target, columns, intervalUs } = this.#options;
    const connection = this.#names.count;
    const board = this.#names.of(track);
    const host = hostname();
    const topics = topicsFor(target.prefix, host, board);
    const retain = (topic: string, payload: string, isFleeting = false): void =>
      this.#thread.post({ type: 'retain', connection, topic, payload, qos: isFleeting ? 0 : 1 });
    this.#thread.post({ type: 'connect', will: topics.state });
    retain(topics.state, 'online');
    return new MqttSink({
      ...{ track, columns, intervalUs, host, board, topics, discovery: target.discovery, retain },
      deliver: (topic, payload) =>
        this.#thread.deliver({ type: 'message', topic, payload }, 1, payload.length),
    });
  }

  /** When all samples have come. */
  async settle(): Promise<readonly Warning[]> {
    const receiver = { name: this.name, thing: 'message', option: 'mqtt' } as const;
    return this.#thread.warnings(await this.#thread.settle(), receiver, this.#options.folder);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
