import { columnRows } from '../engine/column.js';
import { Engine, type Pointer } from '../engine/engine.js';
import type { SampleRows } from '../stream/sample-block.js';
import type { Column, ColumnSource } from './columns.js';

/** A comma, a sign, the 17 digits of the largest exact double, a point and a leading zero. */
const maxCellBytes = 24;
/** A store may touch so many bytes behind the text. */
const overshootBytes = 4;
/** The engine's own note of what rows are made of. */
const planBytes = 64;
/** A column's mode, for the engine: its decimals, and whether a probe may be unplugged, or its cells are doubles or uint64. */
const mayBeMissing = 8;
const double = 16;
const wide = 32;
/** Which instants a row begins with, for the engine. */
const instantBits = { time: 1, 'unix-time': 2 } as const;

/** A column of the CSV, and where the engine wants its rows. */
interface EngineColumn {
  readonly kind: 'interval' | 'sum' | 'channel';
  /** Into the block's sums or channels. */
  readonly index: number;
  readonly into: Float64Array | Int32Array;
  /** Numbers of `into` that a row takes. */
  readonly width: 1 | 2;
}

/** A piece of text under way: `bytes[0 … length-1]` is valid. */
export interface TextPiece {
  readonly at: Pointer;
  readonly bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

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
  readonly pieces: readonly TextPiece[];
  readonly #engine: Engine;
  readonly #plan: Pointer;
  readonly #maxRowBytes: number;
  readonly #timesUs: Float64Array;
  /** Where the engine wants the columns behind the instants. */
  readonly #columns: readonly EngineColumn[];

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
    const instantMode = instants.reduce((mode, kind) => mode | instantBits[kind], 0);
    this.#maxRowBytes = maxRowBytes(columns.length);
    this.#engine = new Engine(
      columns.length * (columnRows + 1) * 8 + pieces.count * pieces.bytes + planBytes,
    );
    const { calls } = this.#engine;
    this.#plan = calls.newRowPlan(columnRows, cells.length, instantMode, startUnixUs ?? Number.NaN);
    this.pieces = Array.from({ length: pieces.count }, () => {
      const at = calls.allocate(pieces.bytes);
      return { at, bytes: this.#engine.bytes(at, pieces.bytes), length: 0 };
    });
    this.#timesUs = this.#engine.doubles(calls.rowTimes(this.#plan), columnRows);
    this.#columns = cells.map(({ source }, n) => {
      const at = calls.rowColumn(this.#plan, n);
      if (source.kind === 'channel') {
        const width = source.wide ? 2 : 1;
        const into = this.#engine.words(at, columnRows * width);
        return { kind: source.kind, index: source.index, into, width };
      }
      const into = this.#engine.doubles(at, columnRows);
      if (source.kind === 'sum') return { kind: source.kind, index: source.index, into, width: 1 };
      return { kind: 'interval', index: 0, into, width: 1 };
    });
    this.#engine
      .bytes(calls.rowModes(this.#plan), cells.length)
      .set(cells.map(({ source, decimals }) => decimals + modeOf(source)));
  }

  /**
   * Appends the block's rows from `fromRow` on, until the block ends or the piece might not take another. Returns
   * the first row not written.
   */
  write(block: SampleRows, fromRow: number, out: TextPiece): number {
    let row = fromRow;
    for (;;) {
      const room = Math.floor((out.bytes.length - out.length) / this.#maxRowBytes);
      const rows = Math.min(block.count - row, columnRows, room);
      if (rows <= 0) return row;
      this.#take(block, row, row + rows);
      out.length = this.#engine.calls.writeRows(this.#plan, rows, out.at + out.length) - out.at;
      row += rows;
    }
  }

  #take({ timeUs, intervalUs, powerMw, channels }: SampleRows, from: number, to: number): void {
    this.#timesUs.set(timeUs.subarray(from, to));
    for (const { kind, index, into, width } of this.#columns) {
      const column = { interval: intervalUs, sum: powerMw[index], channel: channels[index] }[kind];
      if (!column) throw new Error(`${kind} ${index} was not decoded`);
      into.set(column.subarray(from * width, to * width));
    }
  }
}

function modeOf(source: ColumnSource): number {
  if (source.kind !== 'channel') return double;
  return source.wide ? wide : source.missing ? mayBeMissing : 0;
}
