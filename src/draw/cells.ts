import { printable } from '../text.js';
import { rgbOf } from './colours.js';

/*
 * Text in the cells of a terminal: how wide it is there, and in which of the 256 colours that every terminal knows.
 */

const nothingWide = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** Two cells each: East Asian scripts, full-width forms, pictographs (Unicode's East Asian Width, W and F). */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** One cell each, and most of what is shown: Latin, signs, lines, blocks, braille. */
const allNarrow = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25ff\u2800-\u28ff]*$/;

const widthOf = (character: string): number =>
  nothingWide.test(character) ? 0 : wide.test(character) ? 2 : 1;

/** How many cells printable text takes. */
export const cellsOf = (text: string): number => {
  if (allNarrow.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += widthOf(character);
  return cells;
};

/** Foreign text, made printable, in at most so many cells; what is cut off is told by `…`. */
export function fitted(text: string, cells: number): string {
  const whole = printable(text);
  if (cellsOf(whole) <= cells) return whole;
  let kept = '';
  let used = 0;
  for (const character of whole) {
    used += widthOf(character);
    if (used > cells - 1) break;
    kept += character;
  }
  return cells > 0 ? `${kept}…` : '';
}

/** A colour, `#rrggbb`, mixed with another: `share` of it stays. */
export function mixed(colour: string, other: string, share: number): string {
  const [a, b] = [rgbOf(colour), rgbOf(other)];
  const mix = a.map((value, n) => Math.round(value * share + b[n]! * (1 - share)));
  return `#${mix.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** The nearest of the terminal's 216 colours and 24 greys, by its number. */
export function terminalColour(colour: string): number {
  const rgb = rgbOf(colour);
  const cube = rgb.map((value) => nearest(cubeLevels, value));
  const grey = nearest(greyLevels, rgb.reduce((sum, value) => sum + value, 0) / 3);
  const inCube = distance(
    rgb,
    cube.map((n) => cubeLevels[n]!),
  );
  const inGreys = distance(rgb, [greyLevels[grey]!, greyLevels[grey]!, greyLevels[grey]!]);
  return inGreys < inCube ? 232 + grey : 16 + 36 * cube[0]! + 6 * cube[1]! + cube[2]!;
}

/** Text in one of them, or in the terminal's own. @param isFaint half as bright, where a terminal can do that */
export function inColour(text: string, colour: number | null, isFaint = false): string {
  const codes = [...(isFaint ? ['2'] : []), ...(colour === null ? [] : [`38;5;${colour}`])];
  if (codes.length === 0 || text === '') return text;
  const ends = [...(isFaint ? ['22'] : []), ...(colour === null ? [] : ['39'])];
  return `\u001b[${codes.join(';')}m${text}\u001b[${ends.join(';')}m`;
}

const cubeLevels = [0, 95, 135, 175, 215, 255];
const greyLevels = Array.from({ length: 24 }, (_, n) => 8 + 10 * n);

function nearest(levels: readonly number[], value: number): number {
  let best = 0;
  for (const [n, level] of levels.entries())
    if (Math.abs(level - value) < Math.abs(levels[best]! - value)) best = n;
  return best;
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, n) => sum + (value - b[n]!) ** 2, 0);
