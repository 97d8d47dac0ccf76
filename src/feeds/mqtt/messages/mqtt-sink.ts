import { inputError } from '../../../errors.js';
import type { Track } from '../../../session/track.js';
import { chooseColumns } from '../../../sink/column-choice.js';
import type { Sink } from '../../../sink/sink.js';
import type { RecordingHeader } from '../../../stream/recording-header.js';
import type { SampleBlock, SampleRows } from '../../../stream/sample-block.js';
import { tool } from '../../../tool.js';
import { EnergyWindow } from '../../intervals/energy-window.js';
import { IntervalRows } from '../../intervals/interval-rows.js';
import { stampOf } from '../../spool/place.js';
import { discoveryMessages } from './discovery.js';
import { DueMarks } from './due-marks.js';
import { cellsOf, energiesOf, instantOf } from './power-payload.js';
import type { BoardTopics } from './topics.js';

/** What is said of a recording. */
export interface MessagePlan {
  /** As `chooseColumns` takes it. */
  readonly columns: string;
  readonly intervalUs: number;
}

interface MqttSinkOptions extends MessagePlan {
  readonly track: Pick<Track, 'source' | 'wiring'>;
  readonly host: string;
  /** As the topics call it. */
  readonly board: string;
  readonly topics: BoardTopics;
  /** Where Home Assistant listens; null where it isn't told. */
  readonly discovery: string | null;
  /** Shall arrive, in order. */
  readonly deliver: (topic: string, payload: string) => void;
  /** Shall be seen by who comes later. @param isFleeting the next comes soon, so that one more or less is no matter */
  readonly retain: (topic: string, payload: string, isFleeting?: boolean) => void;
}

const instants: readonly string[] = ['time', 'unix-time', 'interval'];

/** A track's intervals, marks and state as messages. */
export class MqttSink implements Sink {
  readonly #options: MqttSinkOptions;
  readonly #intervals: IntervalRows;
  readonly #energies: EnergyWindow;
  /** Components whose power is told, and so their energy. */
  readonly #told: readonly string[];
  readonly #components: readonly string[];
  readonly #marks = new DueMarks();
  #startUnixUs: number | null = null;
  #run = '';
  #powerSeq = 0;
  #marksSeq = 0;

  /** @throws UserError (usage) where there are no such columns */
  constructor(options: MqttSinkOptions) {
    this.#options = options;
    const { track, columns, intervalUs } = options;
    const { board } = track.source;
    const chosen = chooseColumns(board, track.wiring, columns).filter(
      ({ source }) => !instants.includes(source.kind),
    );
    this.#intervals = new IntervalRows(intervalUs, board, track.wiring, chosen);
    this.#components = track.wiring.sums.map(({ name }) => name);
    this.#told = this.#components.filter((name) => chosen.some((each) => each.name === `${name}_power_w`));
    this.#energies = new EnergyWindow(this.#components.length);
  }

  begin({ startUnixUs }: RecordingHeader): void {
    if (startUnixUs === null)
      throw inputError('when it was recorded is not known, and a message has to say it; a capture does');
    this.#startUnixUs = startUnixUs;
    this.#run = stampOf(startUnixUs / 1000);
    const { track, host, board, topics, discovery, intervalUs, retain } = this.#options;
    const { identity } = track.source;
    const { product, productId: product_id, uid, name, firmware, port } = identity;
    const facts = {
      ...{ product, product_id, uid, name, firmware, port, host },
      tool: { name: tool.name, version: tool.version },
      run: this.#run,
      start_unix_s: startUnixUs / 1e6,
      interval_s: intervalUs / 1e6,
      components: this.#components,
    };
    retain(topics.board, JSON.stringify(facts));
    if (discovery !== null)
      for (const { topic, payload } of discoveryMessages({
        ...{ prefix: discovery, host, board, identity, topics, components: this.#told },
      }))
        retain(topic, payload);
    retain(topics.state, 'recording');
  }

  write(block: SampleBlock): void {
    if (block.count > 0) {
      this.#energies.add(block);
      this.#tell(this.#intervals.add(block));
    }
    this.#marks.take(block.events);
    this.#tellMarks(this.#energies.lastUs);
  }

  async finish(): Promise<void> {
    if (this.#startUnixUs === null) return;
    this.#tell(this.#intervals.end());
    this.#tellMarks(Number.POSITIVE_INFINITY);
    const { retain, topics } = this.#options;
    retain(topics.state, 'online');
  }

  #tell(rows: SampleRows): void {
    const { deliver, retain, topics } = this.#options;
    let payload: string | undefined;
    for (let row = 0; row < rows.count; row++) {
      const us = rows.timeUs[row]!;
      payload = JSON.stringify({
        ...{ run: this.#run, seq: ++this.#powerSeq, ...instantOf(us, this.#startUnixUs!) },
        ...Object.fromEntries(cellsOf(rows, row, this.#intervals.columns)),
        ...this.#energiesAt(us),
      });
      deliver(topics.power, payload);
    }
    if (payload !== undefined) retain(topics.latest, payload, true);
  }

  #tellMarks(us: number): void {
    const { deliver, topics } = this.#options;
    for (const { kind, name, count, atNs } of this.#marks.upTo(us)) {
      const payload = {
        ...{ run: this.#run, seq: ++this.#marksSeq, kind, name, ...(count !== null && { count }) },
        ...instantOf(Math.round(atNs / 1000), this.#startUnixUs!),
        ...this.#energiesAt(Math.min(atNs / 1000, this.#energies.lastUs)),
      };
      deliver(topics.marks, JSON.stringify(payload));
    }
  }

  #energiesAt(us: number): Record<string, number> {
    const all = Object.fromEntries(energiesOf(this.#components, this.#energies.upToJ(us)));
    return Object.fromEntries(Object.entries(all).filter(([name]) => this.#isTold(name)));
  }

  #isTold(energy: string): boolean {
    return this.#told.some((component) => energy === `${component}_energy_j`);
  }
}
