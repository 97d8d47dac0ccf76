import { columnRows } from '../../../engine/column.js';
import type { Pointer } from '../../../engine/engine.js';
import type { Column } from '../../../sink/columns.js';
import { EngineRows, type TextPiece } from '../../../sink/engine-rows.js';
import { maxCellBytes, overshootBytes } from '../../../sink/row-writer.js';
import type { SampleRows } from '../../../stream/sample-block.js';

/** What a time stamp counts. */
export type Unit = 'ns' | 'ms';

const pieceBytes = 1 << 20;
const stampBytes = 24;

/** Writes samples as lines of the InfluxDB line protocol into a piece of memory: integers straight to bytes, by the engine. */
export class LineWriter {
  /** To be sent, and emptied, by whoever has this. */
  readonly piece: TextPiece;
  readonly #rows: EngineRows;
  readonly #texts: Pointer;
  readonly #inMs: 0 | 1;
  readonly #maxLineBytes: number;

  /** @param columns without instants */
  constructor(head: string, columns: readonly Column[], startUnixUs: number, unit: Unit) {
    const texts = engineTexts([`${head} `, ...columns.map(({ name }) => `${name}=`)]);
    this.#maxLineBytes =
      texts.length + columns.length * (maxCellBytes + overshootBytes) + stampBytes + overshootBytes;
    this.#rows = new EngineRows({
      ...{ cells: columns, instants: 0, startUnixUs, moreBytes: texts.length + overshootBytes },
      pieces: { count: 1, bytes: Math.max(pieceBytes, 2 * this.#maxLineBytes) },
    });
    this.#inMs = unit === 'ms' ? 1 : 0;
    const { engine, pieces } = this.#rows;
    this.#texts = engine.calls.allocate(texts.length);
    engine.bytes(this.#texts, texts.length).set(texts);
    this.piece = pieces[0]!;
  }

  /** Appends lines from `fromRow` on as long as the piece has room; returns the first row not written. */
  write(rows: SampleRows, fromRow: number): number {
    const { engine, plan } = this.#rows;
    const { piece } = this;
    let row = fromRow;
    for (;;) {
      const room = Math.floor((piece.bytes.length - piece.length) / this.#maxLineBytes);
      const count = Math.min(rows.count - row, columnRows, room);
      if (count <= 0) return row;
      this.#rows.take(rows, row, row + count);
      const end = engine.calls.writeLines(plan, this.#texts, count, piece.at + piece.length, this.#inMs);
      piece.length = end - piece.at;
      row += count;
    }
  }

  /** Appends text; false where it has no room. */
  append(text: string): boolean {
    const bytes = Buffer.from(text);
    if (this.piece.length + bytes.length > this.piece.bytes.length) return false;
    this.piece.bytes.set(bytes, this.piece.length);
    this.piece.length += bytes.length;
    return true;
  }
}

/** Each with its length, at a multiple of four, as the engine takes them. */
function engineTexts(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => {
      const bytes = Buffer.from(text);
      const padded = Buffer.alloc(4 + ((bytes.length + 3) & ~3));
      padded.writeUInt32LE(bytes.length);
      bytes.copy(padded, 4);
      return padded;
    }),
  );
}
