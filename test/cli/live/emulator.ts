import { cellsOf } from '#powerlog/draw/cells.js';

/** A cell of a terminal. */
export interface Cell {
  readonly text: string;
  /** The parameters of SGR that are on, such as `1` and `38;2;86;180;233`, in the order of their names. */
  readonly style: string;
}

const esc = '\u001b';
const blank: Cell = { text: ' ', style: '' };
/** What each style is called, and what ends it. */
const offs: Readonly<Record<string, string>> = { '22': 'bold', '27': 'reverse', '39': 'ink', '49': 'ground' };

/**
 * A terminal as far as powerlog's live view uses one. It knows the sequences that powerlog may use, and fails at any other.
 */
export class Emulator {
  rows: number;
  columns: number;
  isAlternate = false;
  isCursorShown = true;
  wraps = true;
  /** A frame has begun, and is not there yet. */
  isDrawing = false;
  /** How many lines were written, on the alternate screen. */
  lineWrites = 0;
  /** How often all was cleared, to be drawn anew. */
  clears = 0;
  /** Characters for which a line had no room; they are not shown, since lines do not wrap. */
  tooLong = 0;
  #cells: Cell[][] = [];
  /** What was written to the normal screen. */
  normal = '';
  #row = 0;
  #column = 0;
  #style = new Map<string, string>();
  #rest = '';

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#clear();
  }

  resize(rows: number, columns: number): void {
    this.rows = rows;
    this.columns = columns;
    this.#row = Math.min(this.#row, rows - 1);
    this.#cells = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => this.#cells[row]?.[column] ?? blank),
    );
  }

  get cells(): readonly (readonly Cell[])[] {
    return this.#cells;
  }

  /** The screen's text, line by line. */
  get lines(): string[] {
    return this.#cells.map((row) =>
      row
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    );
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** Takes what is written up to the end of a frame. @returns whether more is left, which the next call takes */
  write(text: string): boolean {
    this.#rest += text;
    while (this.#rest !== '') {
      if (!this.#rest.startsWith(esc)) {
        const character = String.fromCodePoint(this.#rest.codePointAt(0)!);
        this.#rest = this.#rest.slice(character.length);
        this.#put(character);
        continue;
      }
      const cancelled = this.#rest.indexOf('\u0018');
      if (cancelled >= 0 && /^\[?[?\d;]*$/.test(this.#rest.slice(1, cancelled))) {
        this.#rest = this.#rest.slice(cancelled + 1);
        continue;
      }
      const found = /^\[([?\d;]*)([a-zA-Z])/.exec(this.#rest.slice(1));
      if (!found) {
        // All that can follow in a sequence that is not here whole.
        if (/^\[?[?\d;]*$/.test(this.#rest.slice(1))) return false;
        throw new Error(`no sequence of the live view: ${JSON.stringify(this.#rest.slice(0, 12))}`);
      }
      this.#rest = this.#rest.slice(1 + found[0].length);
      this.#do(found[1]!, found[2]!);
      if (found[0] === '[?2026l') return this.#rest !== '';
    }
    return false;
  }

  #put(character: string): void {
    if (character === '\u0018') return;
    if (!this.isAlternate) {
      this.normal += character;
      return;
    }
    if (character < ' ' || character === '\u007f')
      throw new Error(`a control character on the screen: ${JSON.stringify(character)}`);
    const width = cellsOf(character);
    if (width === 0) {
      const before = this.#cells[this.#row]![this.#column - 1]!;
      this.#cells[this.#row]![this.#column - 1] = { ...before, text: before.text + character };
      return;
    }
    if (this.#column + width > this.columns) {
      this.tooLong++;
      return;
    }
    const style = [...this.#style.values()].sort().join(' ');
    this.#cells[this.#row]![this.#column] = { text: character, style };
    if (width === 2) this.#cells[this.#row]![this.#column + 1] = { text: '', style };
    this.#column += width;
  }

  #do(parameters: string, what: string): void {
    const numbers = parameters.split(';').map(Number);
    if (what === 'm') this.#setStyle(parameters);
    else if (what === 'H') {
      this.#row = (numbers[0] || 1) - 1;
      this.#column = (numbers[1] || 1) - 1;
      this.lineWrites++;
      if (this.#row >= this.rows) this.#row = this.rows - 1;
    } else if (what === 'K') this.#cells[this.#row]!.fill(blank, this.#column);
    else if (what === 'J' && parameters === '2') {
      this.clears++;
      this.#clear();
    } else if (parameters === '?1049') this.#choose(what === 'h');
    else if (parameters === '?25') this.isCursorShown = what === 'h';
    else if (parameters === '?7') this.wraps = what === 'h';
    else if (parameters === '?2026') this.isDrawing = what === 'h';
    else throw new Error(`no sequence of the live view: ${parameters}${what}`);
  }

  #choose(isAlternate: boolean): void {
    this.isAlternate = isAlternate;
    if (isAlternate) this.#clear();
  }

  #clear(): void {
    this.#cells = Array.from({ length: this.rows }, () => new Array<Cell>(this.columns).fill(blank));
  }

  #setStyle(parameters: string): void {
    for (const [each] of parameters.matchAll(/38;2;\d+;\d+;\d+|38;5;\d+|\d+/g)) {
      if (each === '0') this.#style.clear();
      else if (offs[each]) this.#style.delete(offs[each]);
      else if (each === '1') this.#style.set('bold', each);
      else if (each === '7') this.#style.set('reverse', each);
      else if (/^(?:38;|3\d$|9\d$)/.test(each)) this.#style.set('ink', each);
      else if (/^4\d$/.test(each)) this.#style.set('ground', each);
      else throw new Error(`no style of the live view: ${each}`);
    }
  }
}
