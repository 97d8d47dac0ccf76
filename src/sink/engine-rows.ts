import { columnRows } from '../engine/column.js';
import { Engine, type Pointer } from '../engine/engine.js';
import type { SampleRows } from '../stream/sample-block.js';
import type { Column, ColumnSource } from './columns.js';

/** The engine's own note of what rows are made of. */
const planBytes = 64;
/** A column's mode, for the engine: its decimals, and whether a probe may be unplugged, or its cells are doubles or uint64. */
const mayBeMissing = 8;
const double = 16;
const wide = 32;

/** A column, and where the engine wants its rows. */
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

interface EngineRowsOptions {
  /** Without instants. */
  readonly cells: readonly Column[];
  /** Which instants a row begins with, for the engine. */
  readonly instants: number;
  /** UTC of the instant 0, µs since 1970. */
  readonly startUnixUs: number;
  /** How many pieces of text there shall be, of how many bytes. */
  readonly pieces: { readonly count: number; readonly bytes: number };
  /** What else will be allocated. */
  readonly moreBytes?: number;
}

/** Rows in an engine's memory, at most `columnRows` of them, and the pieces that their text goes to. */
export class EngineRows {
  readonly engine: Engine;
  readonly plan: Pointer;
  readonly pieces: readonly TextPiece[];
  readonly #timesUs: Float64Array;
  readonly #columns: readonly EngineColumn[];

  constructor({ cells, instants, startUnixUs, pieces, moreBytes = 0 }: EngineRowsOptions) {
    this.engine = new Engine(
      (cells.length + 1) * (columnRows + 1) * 8 + pieces.count * pieces.bytes + planBytes + moreBytes,
    );
    const { calls } = this.engine;
    this.plan = calls.newRowPlan(columnRows, cells.length, instants, startUnixUs);
    this.pieces = Array.from({ length: pieces.count }, () => {
      const at = calls.allocate(pieces.bytes);
      return { at, bytes: this.engine.bytes(at, pieces.bytes), length: 0 };
    });
    this.#timesUs = this.engine.doubles(calls.rowTimes(this.plan), columnRows);
    this.#columns = cells.map(({ source }, n) => {
      const at = calls.rowColumn(this.plan, n);
      if (source.kind === 'channel') {
        const width = source.wide ? 2 : 1;
        const into = this.engine.words(at, columnRows * width);
        return { kind: source.kind, index: source.index, into, width };
      }
      const into = this.engine.doubles(at, columnRows);
      if (source.kind === 'sum') return { kind: source.kind, index: source.index, into, width: 1 };
      return { kind: 'interval', index: 0, into, width: 1 };
    });
    this.engine
      .bytes(calls.rowModes(this.plan), cells.length)
      .set(cells.map(({ source, decimals }) => decimals + modeOf(source)));
  }

  /** Takes rows `from … to-1` of a block, at most `columnRows`. */
  take({ timeUs, intervalUs, powerMw, channels }: SampleRows, from: number, to: number): void {
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
