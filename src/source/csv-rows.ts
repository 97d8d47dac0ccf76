import type { ByteWindow } from '../capture/byte-window.js';
import { inputError } from '../errors.js';

/** Longer than any row powerlog writes; a longer one is no row. */
const maxLineBytes = 64 << 10;
const rowsPerBatch = 512;
const [newline, comma, minus, point, zero, nine] = [0x0a, 0x2c, 0x2d, 0x2e, 0x30, 0x39];

/** Rows as integers by column: a cell's value without its point. An empty cell is NaN. Valid until the next batch. */
export interface RowBatch {
  readonly count: number;
  readonly columns: readonly Float64Array[];
}

/** Reads a CSV that powerlog wrote, row by row, up to where it stops to be one. */
export class CsvRows {
  /** Where the last whole row ends, in bytes. */
  wholeBytes: number;
  /** Whether anything stands behind that; known at the end. */
  torn = false;
  readonly #decimals: readonly number[];
  #line = 1;

  private constructor(
    readonly window: ByteWindow,
    readonly names: readonly string[],
  ) {
    this.wholeBytes = window.offset;
    this.#decimals = names.map((name) => (/^(unix_)?time_s$/.test(name) ? 6 : name.endsWith('_w') ? 3 : -1));
  }

  /** @throws UserError (badInput) where the first row is not the header of a powerlog CSV */
  static async open(window: ByteWindow): Promise<CsvRows> {
    const { name } = window.input;
    const length = await lineLength(window);
    const text = new TextDecoder().decode(window.bytes.subarray(window.at, window.at + Math.max(0, length)));
    const names = text.split(',');
    if (length < 0 || names[0] !== 'time_s' || names[1] !== 'unix_time_s')
      throw inputError(
        `${name} is neither a capture nor a powerlog CSV, whose first row begins with time_s,unix_time_s`,
      );
    window.at += length + 1;
    return new CsvRows(window, names);
  }

  /** @throws UserError (badInput) for a row that is none, with whole ones behind it */
  async *batches(): AsyncGenerator<RowBatch> {
    const { window } = this;
    const columns = this.names.map(() => new Float64Array(rowsPerBatch));
    const spare = this.names.map(() => new Float64Array(1));
    let count = 0;
    for (;;) {
      const length = await lineLength(window);
      if (length < 0) break;
      this.#line++;
      const whole = this.#parse(length, this.torn ? spare : columns, this.torn ? 0 : count);
      window.at += length + 1;
      if (whole && this.torn)
        throw inputError(
          `${window.input.name} is damaged behind byte ${this.wholeBytes}, and whole rows follow (line ${this.#line}): ` +
            'only a torn end can be repaired',
        );
      if (!whole) this.torn = true;
      else {
        this.wholeBytes = window.offset;
        if (++count === rowsPerBatch) {
          yield { count, columns };
          count = 0;
        }
      }
    }
    if (window.available > 0 || window.input.fault !== null) this.torn = true;
    if (count > 0) yield { count, columns };
  }

  /** Reads the line at the window's front into row `row`; false where it is no row. */
  #parse(length: number, columns: readonly Float64Array[], row: number): boolean {
    const { bytes, at } = this.window;
    const end = at + length;
    let next = at;
    for (let column = 0; column < columns.length; column++) {
      const start = next;
      const negative = bytes[next] === minus;
      if (negative) next++;
      let value = 0;
      let digits = 0;
      let pointAt = -1;
      for (; next < end && bytes[next] !== comma; next++) {
        const byte = bytes[next]!;
        if (byte === point && pointAt < 0 && digits > 0) pointAt = digits;
        else if (byte >= zero && byte <= nine) {
          value = value * 10 + byte - zero;
          digits++;
        } else return false;
      }
      const decimals = pointAt < 0 ? 0 : digits - pointAt;
      const empty = next === start;
      if (
        !empty &&
        (digits === 0 || decimals !== (this.#decimals[column]! < 0 ? decimals : this.#decimals[column]))
      )
        return false;
      columns[column]![row] = empty ? Number.NaN : negative ? -value : value;
      if (column < columns.length - 1) {
        if (next >= end) return false;
        next++;
      }
    }
    return next === end && !Number.isNaN(columns[0]![row]!);
  }
}

/** Bytes up to the next line end; -1 where there is none within the length of a row. */
async function lineLength(window: ByteWindow): Promise<number> {
  const find = () => window.bytes.subarray(window.at, window.at + window.available).indexOf(newline);
  const found = find();
  if (found >= 0 || window.available >= maxLineBytes) return found;
  await window.ensure(maxLineBytes);
  return find();
}
