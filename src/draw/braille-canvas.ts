import type { Columns } from './envelope.js';

/** Bits of a braille cell by row and column: U+2800 and these added. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const dotRows = dots.length;
const blank = 0x2800;
const space = 0x20;
/** Cells between two letters on one line. */
const lettersApart = 24;

/** Dots of a terminal, two by four a cell, and whose they are. */
export class BrailleCanvas {
  readonly #width: number;
  readonly #height: number;
  readonly #lowMw: number;
  readonly #highMw: number;
  readonly #cells: Uint8Array;
  /** Which series a cell is coloured as, -1 for none; its line goes before any range, and the first series before others. */
  readonly #owner: Int16Array;
  readonly #isLine: Uint8Array;
  /** Row of dots of each series' mean by column, -1 for none. */
  readonly #means: Int32Array[] = [];
  readonly #letters = new Map<number, string>();

  constructor(width: number, height: number, lowMw: number, highMw: number) {
    this.#width = width;
    this.#height = height;
    this.#lowMw = lowMw;
    this.#highMw = highMw;
    this.#cells = new Uint8Array(width * height);
    this.#owner = new Int16Array(width * height).fill(-1);
    this.#isLine = new Uint8Array(width * height);
  }

  /** Row of cells. */
  rowOf(mw: number): number {
    return Math.floor(this.#dotRow(mw) / dotRows);
  }

  add({ minMw, maxMw, meanMw }: Columns, series: number): void {
    const means = new Int32Array(2 * this.#width).fill(-1);
    this.#means[series] = means;
    let before = -1;
    for (let column = 0; column < 2 * this.#width; column++) {
      const mean = meanMw[column]!;
      if (Number.isNaN(mean) || Number.isNaN(minMw[column]!)) {
        before = -1;
        continue;
      }
      const [top, bottom] = [this.#dotRow(maxMw[column]!), this.#dotRow(minMw[column]!)];
      for (let row = top; row <= bottom; row++) this.#dot(column, row, series, row === top || row === bottom);
      const at = this.#dotRow(mean);
      means[column] = at;
      // The line goes up or down to where it was, so that it is one.
      const from = before < 0 ? at : before < at ? before + 1 : before > at ? before - 1 : at;
      for (let row = Math.min(from, at); row <= Math.max(from, at); row++)
        this.#dot(column, row, series, true);
      before = at;
    }
  }

  /** Puts letters on the lines, each series' in places of its own. */
  letter(letters: readonly string[]): void {
    const apart = Math.max(lettersApart, 2 * letters.length);
    letters.forEach((letter, n) => {
      const first = Math.floor(((n + 0.5) * apart) / letters.length);
      for (let cell = first; cell < this.#width; cell += apart) {
        const row = this.#means[n]?.[2 * cell] ?? -1;
        if (row >= 0) this.#letters.set(Math.floor(row / dotRows) * this.#width + cell, letter);
      }
    });
  }

  /** @param paint colours what belongs together */
  lines(paint: (text: string, series: number, isLine: boolean) => string): string[] {
    return Array.from({ length: this.#height }, (_, row) => {
      const codes = new Uint16Array(this.#width);
      let line = '';
      let from = 0;
      const flush = (behind: number): void => {
        const text = String.fromCharCode(...codes.subarray(from, behind));
        const at = row * this.#width + from;
        line += this.#owner[at]! < 0 ? text : paint(text, this.#owner[at]!, this.#isLine[at] === 1);
        from = behind;
      };
      for (let column = 0; column < this.#width; column++) {
        const at = row * this.#width + column;
        const isSame = this.#owner[at] === this.#owner[at - 1] && this.#isLine[at] === this.#isLine[at - 1];
        if (column > 0 && !isSame) flush(column);
        codes[column] = this.#cells[at] === 0 ? space : blank + this.#cells[at]!;
        const letter = this.#letters.get(at);
        if (letter !== undefined) codes[column] = letter.charCodeAt(0);
      }
      flush(this.#width);
      return line;
    });
  }

  #dotRow(mw: number): number {
    const rows = this.#height * dotRows;
    const share = (mw - this.#lowMw) / (this.#highMw - this.#lowMw);
    return Math.min(Math.max(Math.round((1 - share) * (rows - 1)), 0), rows - 1);
  }

  #dot(column: number, row: number, series: number, isLine: boolean): void {
    const at = Math.floor(row / dotRows) * this.#width + (column >> 1);
    this.#cells[at]! |= dots[row % dotRows]![column & 1]!;
    const owner = this.#owner[at]!;
    if (owner >= 0 && owner !== series && (this.#isLine[at] === 1 || !isLine)) return;
    this.#owner[at] = series;
    if (isLine) this.#isLine[at] = 1;
  }
}
