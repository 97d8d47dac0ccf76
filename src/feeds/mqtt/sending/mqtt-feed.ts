import { hostname } from 'node:os';
import { isNoBoard } from '../../../exec/runs/empty-source.js';
import type { Track } from '../../../session/track.js';
import type { Sink } from '../../../sink/sink.js';
import type { Warning } from '../../../stream/warning.js';
import { plural } from '../../../units.js';
import { type MessagePlan, MqttSink } from '../messages/mqtt-sink.js';
import { topicLevel, topicsFor } from '../messages/topics.js';
import { graceMs, mostOnTheWayBytes } from './limits.js';
import { type BrokerPlan, type Settled, SpoolSender } from './spool-sender.js';

/** A board that is not there has no topics. */
const nobodyToTellOf: Sink = { begin() {}, write() {}, async finish() {} };

export interface MqttFeedOptions extends BrokerPlan, MessagePlan {}

/** A recording's way to a broker: messages are made here, and kept and sent in a thread of their own. */
export class MqttFeed {
  readonly name: string;
  readonly #options: MqttFeedOptions;
  readonly #sender: SpoolSender;
  readonly #boards = new Set<string>();
  /** Messages that never came to the spool. */
  #dropped = 0;

  private constructor(options: MqttFeedOptions, sender: SpoolSender) {
    this.#options = options;
    this.name = options.target.name;
    this.#sender = sender;
  }

  /** Opens the spool. @throws UserError (outputFailed) where there can be none */
  static async open(options: MqttFeedOptions): Promise<MqttFeed> {
    const sender = await SpoolSender.open(options);
    const { left } = sender;
    if (left > 0)
      options.onNotice(
        `${plural(left, 'message')} that an earlier recording left in ${options.folder} go first`,
      );
    return new MqttFeed(options, sender);
  }

  sinkOf(track: Track): Sink {
    if (isNoBoard(track.source.identity)) return nobodyToTellOf;
    const { target, columns, intervalUs } = this.#options;
    const connection = this.#boards.size;
    const board = this.#levelOf(track);
    const host = hostname();
    const topics = topicsFor(target.prefix, host, board);
    const retain = (topic: string, payload: string, isFleeting = false): void =>
      this.#sender.post({ type: 'retain', connection, topic, payload, qos: isFleeting ? 0 : 1 });
    this.#sender.post({ type: 'connect', will: topics.state });
    retain(topics.state, 'online');
    return new MqttSink({
      ...{ track, columns, intervalUs, host, board, topics, discovery: target.discovery, retain },
      deliver: (topic, payload) => this.#deliver(topic, payload),
    });
  }

  /** When all samples have come. */
  async settle(): Promise<readonly Warning[]> {
    return this.#warnings(await this.#sender.settle(graceMs));
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  #warnings(settled: Settled | null): Warning[] {
    const { name } = this;
    const { folder, target } = this.#options;
    const later = `powerlog push ${folder} --mqtt ${target.name}`;
    if (!settled) {
      const message = `${name}: nothing more is sent (${this.#sender.failure}); what is in ${folder} can be: ${later}`;
      return [{ code: 'mqtt-failed', message }];
    }
    const { state, trouble } = settled;
    const lost = state.lost + this.#dropped;
    const messages = (count: number) => plural(count, 'message');
    const found: [count: number, code: string, message: string][] = [
      [
        state.unsent,
        'mqtt-unsent',
        `${messages(state.unsent)} did not arrive at ${name}${trouble === null ? '' : ` (${trouble})`}; they are kept: ${later}`,
      ],
      [lost, 'mqtt-lost', `${messages(lost)} did not come as far as ${name}: there was no room on the disk`],
      [state.refused, 'mqtt-refused', `${name} refused ${messages(state.refused)}: ${state.refusal}`],
    ];
    return found.flatMap(([count, code, message]) => (count > 0 ? [{ code, message }] : []));
  }

  /** A disk that hangs keeps the spool waiting, and nobody else. */
  #deliver(topic: string, payload: string): void {
    const { failure, onTheWayBytes } = this.#sender;
    if (failure !== null || onTheWayBytes + payload.length > mostOnTheWayBytes) this.#dropped++;
    else this.#sender.post({ type: 'message', topic, payload });
  }

  /** Two boards of one name stand beside each other all the same. */
  #levelOf({ id, source: { identity } }: Track): string {
    const names = [identity.name ?? identity.product, id].filter((each) => each !== '').map(topicLevel);
    const level = names.find((each) => !this.#boards.has(each)) ?? `${names[0]}_${this.#boards.size + 1}`;
    this.#boards.add(level);
    return level;
  }
}
