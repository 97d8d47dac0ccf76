import { columnRows } from '../engine/column.js';
import type { SampleRows } from '../stream/sample-block.js';
import type { Column } from './columns.js';
import { EngineRows, type TextPiece } from './engine-rows.js';

/** A comma, a sign, the 17 digits of the largest exact double, a point and a leading zero. */
export const maxCellBytes = 24;
/** A store may touch so many bytes behind the text. */
export const overshootBytes = 4;
/** Which instants a row begins with, for the engine. */
const instantBits = { time: 1, 'unix-time': 2 } as const;

/** The header row for these columns, with its line end. */
export const headerRow = (columns: readonly Column[]): string =>
  `${columns.map(({ name }) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`;

/** A piece of this many bytes takes a row of so many columns, whatever its values. */
export const maxRowBytes = (columns: number): number => columns * maxCellBytes + overshootBytes;

/**
 * Writes samples as CSV rows (RFC 4180, `\n`) into pieces of memory: integers straight to bytes, by the engine.
 * Instants come first.
 */
export class RowWriter {
  readonly #rows: EngineRows;
  readonly #maxRowBytes: number;

  /**
   * @param startUnixUs UTC of the instant 0, µs since 1970; null leaves `unix_time_s` empty.
   * @param pieces How many pieces of text there shall be, of how many bytes.
   */
  constructor(
    columns: readonly Column[],
    startUnixUs: number | null,
    pieces: { readonly count: number; readonly bytes: number },
  ) {
    const cells = columns.filter(({ source: { kind } }) => !(kind in instantBits));
    const instants = (['time', 'unix-time'] as const).filter((kind) =>
      columns.some(({ source }) => source.kind === kind),
    );
    if (instants.some((kind, n) => columns[n]?.source.kind !== kind))
      throw new Error('columns out of order: instants come first');
    this.#maxRowBytes = maxRowBytes(columns.length);
    this.#rows = new EngineRows({
      cells,
      instants: instants.reduce((mode, kind) => mode | instantBits[kind], 0),
      startUnixUs: startUnixUs ?? Number.NaN,
      pieces,
    });
  }

  get pieces(): readonly TextPiece[] {
    return this.#rows.pieces;
  }

  /**
   * Appends the block's rows from `fromRow` on, until the block ends or the piece might not take another. Returns
   * the first row not written.
   */
  write(block: SampleRows, fromRow: number, out: TextPiece): number {
    const { engine, plan } = this.#rows;
    let row = fromRow;
    for (;;) {
      const room = Math.floor((out.bytes.length - out.length) / this.#maxRowBytes);
      const rows = Math.min(block.count - row, columnRows, room);
      if (rows <= 0) return row;
      this.#rows.take(block, row, row + rows);
      out.length = engine.calls.writeRows(plan, rows, out.at + out.length) - out.at;
      row += rows;
    }
  }
}
