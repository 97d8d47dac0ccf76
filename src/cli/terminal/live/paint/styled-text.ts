import { cellsOf } from '../../../../draw/cells.js';

/* Text that may hold sequences that colour it, in cells of a terminal. */

const esc = '\u001b';
const sequences = new RegExp(`(${esc}\\[[\\d;]*m)`);

/** How many cells it takes. */
export const widthOf = (text: string): number =>
  text.includes(esc)
    ? text.split(sequences).reduce((sum, piece) => sum + (piece.startsWith(esc) ? 0 : cellsOf(piece)), 0)
    : cellsOf(text);

/** At most so many cells; what is cut off is told by `…`. Its sequences stay. */
export function cut(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  let [kept, used, isFull] = ['', 0, false];
  for (const piece of text.split(sequences)) {
    if (piece.startsWith(esc)) kept += piece;
    else if (!isFull)
      for (const character of piece) {
        const width = cellsOf(character);
        if (used + width > cells - 1) {
          isFull = true;
          if (cells > 0) kept += '…';
          break;
        }
        kept += character;
        used += width;
      }
  }
  return kept;
}

/** Exactly so many cells. */
export function fill(text: string, cells: number): string {
  const fit = cut(text, cells);
  return fit + ' '.repeat(Math.max(0, cells - widthOf(fit)));
}

export function fillLeft(text: string, cells: number): string {
  const fit = cut(text, cells);
  return ' '.repeat(Math.max(0, cells - widthOf(fit))) + fit;
}

/** One at the left end of a line and one at its right; where both have no room, the right one goes. */
export function ends(left: string, right: string, cells: number): string {
  const room = cells - widthOf(left);
  return room >= widthOf(right) ? left + fillLeft(right, room) : cut(left, cells);
}

/** As many of them as have room, in their order, the first ones first. */
export function joinFitting(texts: readonly string[], between: string, cells: number): string {
  let line = '';
  for (const text of texts) {
    const longer = line === '' ? text : line + between + text;
    if (widthOf(longer) > cells) break;
    line = longer;
  }
  return line === '' && texts.length > 0 ? cut(texts[0]!, cells) : line;
}

/** Plain text in lines of at most so many cells, broken between words. */
export function wrap(text: string, cells: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && cellsOf(last) + 1 + cellsOf(word) <= cells)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
