import { inputError } from '../../../errors.js';
import { FlushTurns } from '../../../file/flush-turns.js';
import type { Track } from '../../../session/track.js';
import { chooseColumns } from '../../../sink/column-choice.js';
import type { Column } from '../../../sink/columns.js';
import type { Sink } from '../../../sink/sink.js';
import type { RecordingHeader } from '../../../stream/recording-header.js';
import type { SampleBlock, SampleRows } from '../../../stream/sample-block.js';
import { IntervalRows } from '../../intervals/interval-rows.js';
import { stampOf } from '../../spool/place.js';
import { LineWriter, type Unit } from './line-writer.js';
import { MarkLines } from './mark-lines.js';
import { OwnStamps } from './own-stamps.js';
import { lineHead, samplesMeasurement, type Tag } from './tags.js';

/** Lines that go together. */
export interface LineBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
  readonly unit: Unit;
}

/** What is written of samples, and how. */
export interface LinePlan {
  /** As `chooseColumns` takes it. */
  readonly columns: string;
  readonly unit: Unit;
  /** How long the intervals are that means are of; null for every sample. */
  readonly intervalUs: number | null;
  /** Beside `board`, `host` and `run`, which they may set. */
  readonly tags: readonly Tag[];
}

interface InfluxSinkOptions extends LinePlan {
  readonly track: Pick<Track, 'source' | 'wiring'>;
  readonly board: string;
  readonly host: string;
  /** What it returns is when the next may come. */
  readonly deliver: (batch: LineBatch) => void | Promise<void>;
}

const instants: readonly Column['source']['kind'][] = ['time', 'unix-time', 'interval'];
/** A request of so many lines is what databases advise. */
const batchLines = 5000;

/** A track's samples and marks as batches of lines. */
export class InfluxSink implements Sink {
  readonly #options: InfluxSinkOptions;
  readonly #columns: readonly Column[];
  readonly #intervals: IntervalRows | null;
  #writer!: LineWriter;
  #marks!: MarkLines;
  #stamps: OwnStamps | null = null;
  #lines = 0;
  #busy: Promise<void> | undefined;
  readonly #turns = new FlushTurns(() => {
    this.#flush();
    return true;
  });

  /** @throws UserError (usage) where there are no such columns */
  constructor(options: InfluxSinkOptions) {
    this.#options = options;
    const { track, columns, intervalUs } = options;
    const { board } = track.source;
    const chosen = chooseColumns(board, track.wiring, columns).filter(
      ({ source }) => !instants.includes(source.kind),
    );
    this.#intervals = intervalUs === null ? null : new IntervalRows(intervalUs, board, track.wiring, chosen);
    this.#columns =
      this.#intervals?.columns.filter(
        ({ source }) => source.kind !== 'time' && source.kind !== 'unix-time',
      ) ?? chosen;
  }

  /** How many samples stand a ms or more from their instants, since that was taken. */
  get moved(): number {
    return this.#intervals ? 0 : (this.#stamps?.moved ?? 0);
  }

  begin({ startUnixUs }: RecordingHeader): void {
    const { track, unit, tags, board, host } = this.#options;
    if (startUnixUs === null)
      throw inputError('when it was recorded is not known, and a database needs to know; a capture says it');
    const usual: Tag[] = [
      { key: 'board', value: board },
      { key: 'host', value: host },
      { key: 'run', value: stampOf(startUnixUs / 1000) },
    ];
    const all = [...usual.filter(({ key }) => !tags.some((tag) => tag.key === key)), ...tags];
    this.#writer = new LineWriter(lineHead(samplesMeasurement, all), this.#columns, startUnixUs, unit);
    const components = track.wiring.sums.map(({ name }) => name);
    this.#marks = new MarkLines({ tags: all, startUnixUs, unit, components });
    if (unit === 'ms') this.#stamps = new OwnStamps(startUnixUs);
  }

  write(block: SampleBlock): void | Promise<void> {
    if (block.count > 0) this.#take(this.#intervals ? this.#intervals.add(block) : block);
    this.#append(this.#marks.take(block, block.events));
    if (this.#writer.piece.length > 0) this.#turns.come();
    return this.#busy;
  }

  async finish(): Promise<void> {
    this.#turns.stop();
    if (!this.#writer) return;
    if (this.#intervals) this.#take(this.#intervals.end());
    this.#append(this.#marks.end());
    this.#flush();
    await this.#busy;
  }

  #take(rows: SampleRows): void {
    const { count } = rows;
    const timeUs = this.#stamps?.of(rows.timeUs, count) ?? rows.timeUs;
    for (let row = 0; row < count; ) {
      const most = Math.min(count, row + Math.max(1, batchLines - this.#lines));
      const next = this.#writer.write({ ...rows, timeUs, count: most }, row);
      this.#lines += next - row;
      row = next;
      if (row < count || this.#lines >= batchLines) this.#flush();
    }
  }

  #append(lines: readonly string[]): void {
    for (const line of lines) {
      if (!this.#writer.append(line)) {
        this.#flush();
        this.#writer.append(line);
      }
      this.#lines++;
    }
  }

  #flush(): void {
    const { piece } = this.#writer;
    this.#turns.went();
    if (piece.length === 0) return;
    const batch = { bytes: piece.bytes.slice(0, piece.length), lines: this.#lines, unit: this.#options.unit };
    piece.length = 0;
    this.#lines = 0;
    const sent = this.#options.deliver(batch);
    if (!sent) return;
    const before = this.#busy;
    const busy = Promise.all([before, sent]).then(() => {
      if (this.#busy === busy) this.#busy = undefined;
    });
    busy.catch(() => {}); // it is thrown where it is awaited
    this.#busy = busy;
  }
}
