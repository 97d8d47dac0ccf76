import type { ByteInput } from '../../file/byte-input.js';
import { cellOf } from '../meaning/cells.js';
import { Lines } from './lines.js';
import { type Cells, type RowCount, sampleRows, type Table } from './table.js';
import { splitRow, type TableForm } from './table-form.js';

const [newline, quote, space, tab, carriageReturn, dot, comma] = [0x0a, 0x22, 0x20, 0x09, 0x0d, 0x2e, 0x2c];

/** A text with a row a line. */
export class CsvTable implements Table {
  readonly names: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly point: number;
  readonly #form: TableForm;
  readonly #input: ByteInput;

  /** @param head of its text, as `form` was told from */
  constructor(input: ByteInput, form: TableForm, head: string) {
    this.#input = input;
    this.#form = form;
    this.names = form.names;
    const lines = head.split('\n', form.headLines + sampleRows);
    this.sample = lines
      .slice(form.headLines)
      .map((line) => splitRow(line.replace(/\r$/, ''), form.separator))
      .filter((row) => row.length >= Math.min(2, form.names.length));
    this.point = hasDecimalCommas(this.sample) ? comma : dot;
  }

  async rows(wanted: readonly number[], take: (cells: Cells) => void): Promise<RowCount> {
    const lines = new Lines(this.#input);
    const cells: Cells = {
      bytes: lines.bytes,
      from: new Int32Array(wanted.length),
      to: new Int32Array(wanted.length),
    };
    let [rows, short, skip] = [0, 0, this.#form.headLines];
    while (await lines.fill()) {
      while (lines.at < lines.wholeEnd) {
        if (skip > 0) {
          skip--;
          lines.at = lines.endOf(lines.at) + 1;
          continue;
        }
        const end = this.#find(lines, wanted, cells);
        if (end < 0) {
          const lineEnd = lines.endOf(lines.at);
          if (lineEnd - lines.at > 1) short++;
          lines.at = lineEnd + 1;
          continue;
        }
        rows++;
        take(cells);
        lines.at = this.#endOf(lines, end) + 1;
      }
    }
    return { rows, short };
  }

  /** Finds the wanted cells of the line at `at`; gives where it stopped, or -1 where the line has too few. */
  #find({ bytes, at: start, wholeEnd }: Lines, wanted: readonly number[], { from, to }: Cells): number {
    const { isQuoted, separator } = this.#form;
    const between = separator.charCodeAt(0);
    const last = wanted.length - 1;
    let [at, column, next] = [start, 0, 0];
    if (between === space) while (bytes[at] === space) at++;
    let cell = at;
    for (; ; at++) {
      const byte = at < wholeEnd ? bytes[at]! : newline;
      if (byte === quote && isQuoted) {
        at = this.#behindQuotes(bytes, at + 1, wholeEnd);
        continue;
      }
      if (byte !== between && byte !== newline) continue;
      if (column === wanted[next]) {
        trim(bytes, cell, at, next, from, to);
        if (next === last) return at;
        next++;
      }
      if (byte === newline) return -1;
      if (between === space) while (bytes[at + 1] === space) at++;
      column++;
      cell = at + 1;
    }
  }

  /** The place of the quote that ends a text. */
  #behindQuotes(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && bytes[at] !== quote) at++;
    return at;
  }

  /** Where the line ends that goes on at `from`. */
  #endOf(lines: Lines, from: number): number {
    if (!this.#form.isQuoted) return lines.endOf(from);
    let at = from;
    for (; at < lines.wholeEnd && lines.bytes[at] !== newline; at++)
      if (lines.bytes[at] === quote) at = this.#behindQuotes(lines.bytes, at + 1, lines.wholeEnd);
    return at;
  }
}

/** Takes off what stands around a cell. */
function trim(
  bytes: Uint8Array,
  start: number,
  end: number,
  place: number,
  from: Int32Array,
  to: Int32Array,
): void {
  let [first, behind] = [start, end];
  while (first < behind && isAround(bytes[first]!)) first++;
  while (behind > first && isAround(bytes[behind - 1]!)) behind--;
  from[place] = first;
  to[place] = behind;
}

const isAround = (byte: number): boolean =>
  byte === space || byte === quote || byte === carriageReturn || byte === tab;

function hasDecimalCommas(rows: readonly (readonly string[])[]): boolean {
  const cells = rows.flat().filter((cell) => cellOf(cell) === 'number');
  return (
    cells.some((cell) => /^[-+]?\d*,\d+/.test(cell)) && !cells.some((cell) => /^[-+]?\d*\.\d+/.test(cell))
  );
}
