import { inputError } from '../../errors.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { explainHeader, explainRow, isRowStart } from './csv-faults.js';
import { type CellForm, type CsvForm, cellFormOf, columnOf, csvFormOf } from './csv-form.js';

/** Longer than any row powerlog writes; a longer one is no row. */
export const maxLineBytes = 64 << 10;
const rowsPerBatch = 512;
const [newline, comma, minus, point, zero, nine] = [0x0a, 0x2c, 0x2d, 0x2e, 0x30, 0x39];

/** Rows as integers by column: a cell's value without its point. An empty cell is NaN. Valid until the next batch. */
export interface RowBatch {
  readonly count: number;
  readonly columns: readonly Float64Array[];
}

/** What is said of a file that is refused, behind what is wrong with it. */
export interface Refusal {
  /** Of one that was changed as a whole: 'and …'. */
  readonly header: string;
  /** Of one with a row that is none. */
  readonly row: string;
}

/**
 * Reads a CSV that powerlog wrote, row by row. What is not exactly what powerlog writes is refused, but for a torn end:
 * a part of a row, NULs, or both.
 */
export class CsvRows {
  /** Where the last whole row ends, in bytes. */
  wholeBytes: number;
  /** Whether anything stands behind that; known at the end. */
  torn = false;
  readonly #cells: readonly CellForm[];
  /** By column, the digits behind the point; -1 while several are possible. */
  readonly #decimals: number[];
  /** Where the instants and the interval stand; -1 where they do not. */
  readonly #time: number;
  readonly #unixTime: number;
  readonly #interval: number;
  #line = 1;
  #lastUs = Number.NEGATIVE_INFINITY;
  /** UTC of the instant 0, µs; NaN where the column is empty. */
  #startUnixUs: number | undefined;

  private constructor(
    readonly window: ByteWindow,
    readonly form: CsvForm,
    readonly refusal: Refusal,
  ) {
    this.wholeBytes = window.offset;
    this.#time = columnOf(form, 'time');
    this.#unixTime = columnOf(form, 'unix-time');
    this.#interval = columnOf(form, 'interval');
    this.#cells = form.columns.map((column) => cellFormOf(column, form.board, this.#interval >= 0));
    this.#decimals = this.#cells.map(({ decimals }) => (decimals.length === 1 ? decimals[0]! : -1));
  }

  /** @throws UserError (badInput) where the first row is not a header that powerlog writes */
  static async open(window: ByteWindow, refusal: Refusal): Promise<CsvRows> {
    const length = await lineLength(window);
    const text = textAt(window, length < 0 ? Math.min(window.available, maxLineBytes) : length);
    const form = length < 0 ? undefined : csvFormOf(text.split(','));
    if (!form) throw inputError(`${window.input.name} ${explainHeader(text, length >= 0, refusal.header)}`);
    window.at += length + 1;
    return new CsvRows(window, form, refusal);
  }

  /** @throws UserError (badInput) for a row in another form, with its line and what is wrong */
  async *batches(): AsyncGenerator<RowBatch> {
    const { window } = this;
    const columns = this.form.columns.map(() => new Float64Array(rowsPerBatch));
    let count = 0;
    for (;;) {
      const length = await lineLength(window);
      if (length < 0) break;
      this.#line++;
      const why = this.#parse(length, columns, count)
        ? this.#whyNotNext(columns, count)
        : this.#explain(textAt(window, length));
      if (why !== null) {
        if (!(await isDoubtful(window, length))) throw this.#refusal(why);
        this.torn = true;
        break;
      }
      window.at += length + 1;
      this.wholeBytes = window.offset;
      if (++count === rowsPerBatch) {
        yield { count, columns };
        count = 0;
      }
    }
    if (!this.torn) await this.#passEnd();
    if (count > 0) yield { count, columns };
  }

  /** Reads the line at the window's front into row `row`; false where it is no row. */
  #parse(length: number, columns: readonly Float64Array[], row: number): boolean {
    const { bytes, at } = this.window;
    const end = at + length;
    let next = at;
    // A row of one empty cell is no blank line.
    if (columns.length === 1 && (length === 0 || (length === 2 && textAt(this.window, 2) === '""'))) {
      columns[0]![row] = Number.NaN;
      return length > 0 && this.#cells[0]!.mayBeEmpty;
    }
    for (let column = 0; column < columns.length; column++) {
      const { signed, mayBeEmpty, maxDigits, decimals: possible } = this.#cells[column]!;
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
      if (next === start) {
        if (!mayBeEmpty) return false;
        columns[column]![row] = Number.NaN;
      } else {
        const whole = pointAt < 0 ? digits : pointAt;
        const decimals = pointAt < 0 ? 0 : digits - pointAt;
        if (this.#decimals[column]! < 0 && possible.includes(decimals)) this.#decimals[column] = decimals;
        if (decimals !== this.#decimals[column] || (decimals === 0 && pointAt >= 0)) return false;
        if (digits > maxDigits || whole === 0 || (whole > 1 && bytes[start + Number(negative)] === zero))
          return false;
        if (negative && (!signed || value === 0)) return false;
        columns[column]![row] = negative ? -value : value;
      }
      if (column < columns.length - 1) {
        if (next >= end) return false;
        next++;
      }
    }
    return next === end;
  }

  /** Why the row does not go on from the one before it; null where it does. */
  #whyNotNext(columns: readonly Float64Array[], row: number): string | null {
    const unixUs = this.#unixTime < 0 ? Number.NaN : columns[this.#unixTime]![row]!;
    const atUs = this.#time < 0 ? unixUs : columns[this.#time]![row]!;
    const widthUs = this.#interval < 0 ? 0 : columns[this.#interval]![row]!;
    // A mean stands in the middle of its interval, and intervals do not lie one on another.
    const beginUs = atUs - Math.floor(widthUs / 2);
    if (beginUs < this.#lastUs)
      return `time runs back from ${seconds(this.#lastUs)} to ${seconds(beginUs)} s, as where another CSV was appended`;
    const startUnixUs = unixUs - atUs;
    this.#startUnixUs ??= startUnixUs;
    if (!Object.is(startUnixUs, this.#startUnixUs))
      return 'unix_time_s does not go with time_s as in the rows before: it is of another recording';
    this.#lastUs = beginUs + widthUs;
    return null;
  }

  /** Looks at what stands behind the last line end. */
  async #passEnd(): Promise<void> {
    const { window } = this;
    const { fault, tear } = window.input;
    if (fault !== null)
      throw inputError(
        `${window.input.name}: ${fault} behind line ${this.#line}: which of its last rows are right cannot be told, and it ${this.refusal.header}; zcat prints what can be read`,
      );
    this.#line++;
    const rest = window.bytes.subarray(window.at, window.at + window.available);
    const nulAt = rest.indexOf(0);
    const part = textAt(window, nulAt < 0 ? rest.length : nulAt);
    if (part.length >= maxLineBytes) throw this.#refusal('it is longer than any row');
    // What compressed data gives where it is cut may be anything.
    if (tear?.kind !== 'cut' && !isRowStart(part, this.#cells, this.#decimals))
      throw this.#refusal(this.#explain(part));
    this.torn = rest.length > 0;
    window.at += part.length;
    while (await window.ensure(1)) {
      const behind = window.bytes.subarray(window.at, window.at + window.available);
      if (behind.some((byte) => byte !== 0)) throw this.#refusal('it holds NULs, with more behind them');
      window.at += behind.length;
    }
  }

  #explain(line: string): string {
    return explainRow(line, this.form, this.#cells, this.#decimals);
  }

  #refusal(why: string) {
    return inputError(`${this.window.input.name}, line ${this.#line}: ${why}; ${this.refusal.row}`);
  }
}

const seconds = (us: number): string => (us / 1e6).toFixed(6);

/** The bytes at a window's front as Latin-1, a character a byte. */
export const textAt = ({ bytes, at }: ByteWindow, length: number): string =>
  Buffer.from(bytes.buffer, at, length).toString('latin1');

/** Bytes up to the next line end; -1 where there is none within the length of a row. */
export async function lineLength(window: ByteWindow): Promise<number> {
  const find = () =>
    window.bytes.subarray(window.at, window.at + Math.min(window.available, maxLineBytes)).indexOf(newline);
  const found = find();
  if (found >= 0 || window.available >= maxLineBytes) return found;
  await window.ensure(maxLineBytes);
  return find();
}

/** Whether the line at the front rests on a byte that may never have been written: the end of what gzip gave. */
export async function isDoubtful(window: ByteWindow, length: number): Promise<boolean> {
  if (!window.input.compressed || (await window.ensure(window.available + maxLineBytes))) return false;
  const { tear } = window.input;
  return tear?.kind === 'cut' && window.offset + length >= tear.sureBytes;
}
