import { printable } from '../../../../text.js';
import { formatClock } from '../../../../units.js';
import type { ScreenSize } from '../screen.js';
import { cards, fullOf } from './cards.js';
import { banners, header, phaseLine } from './header.js';
import { boardList, list } from './list.js';
import type { Shown } from './model.js';
import type { Style } from './style.js';
import { cut, joinFitting } from './styled-text.js';

/** Of a plot that is worth looking at. */
const leastPlot = { rows: 7, columns: 30 };
/** From so many rows on there is room beside the numbers: for keys, and for what was said. */
const roomyRows = 8;
const mostBanners = 3;
/** Of the rows, at most this share is for large digits, or what stands in their place. */
const cardsShare = 0.55;

/** A frame: as many lines as there are rows, none longer than there are columns. */
export function frame(shown: Shown, size: ScreenSize, style: Style): string[] {
  const { rows, columns } = size;
  const isRoomy = rows >= roomyRows;
  const top = [
    ...header(shown, columns, style).slice(0, isRoomy ? 2 : 1),
    ...banners(shown, columns, isRoomy ? mostBanners : 1, style),
    ...(isRoomy ? phaseLine(shown, columns, style) : []),
  ];
  const bottom = isRoomy ? [...said(shown, size, style), keysLine(shown, columns, style)] : [];
  const middle = body(shown, { columns, rows: Math.max(rows - top.length - bottom.length, 0) }, style);
  const blank = Array.from(
    { length: Math.max(rows - top.length - middle.length - bottom.length, 0) },
    () => '',
  );
  return [...top, ...middle, ...blank, ...bottom].slice(0, rows);
}

/** The numbers, and below them the plot, where that has room. */
function body(shown: Shown, { rows, columns }: ScreenSize, style: Style): string[] {
  const { boards, plot } = shown;
  const withPlot = (numbers: readonly string[]): string[] => {
    const left = rows - numbers.length - 1;
    return left < leastPlot.rows ? [...numbers] : [...numbers, '', ...plot(columns, left)];
  };
  const isWide = columns >= leastPlot.columns;
  if (boards.length > 1) {
    const numbers = (room: number, hasPlot: boolean) =>
      boardList(boards, { columns, rows: room, hasPlot }, style);
    const whole = numbers(rows - leastPlot.rows - 1, true);
    return isWide && whole.length + leastPlot.rows < rows ? withPlot(whole) : numbers(rows, false);
  }
  const { components } = boards[0]!;
  const spaced = rows > leastPlot.rows + 8 ? [''] : [];
  const large = cards(components, columns, Math.max(Math.floor(rows * cardsShare), 7) - spaced.length, style);
  if (large && isWide && spaced.length + large.length + leastPlot.rows < rows)
    return withPlot([...spaced, ...large]);
  const fullMw = fullOf(components);
  const single = list(components, { columns, rows: components.length, hasPlot: true, fullMw }, style);
  if (isWide && single.length + leastPlot.rows < rows) return withPlot(single);
  return list(components, { columns, rows, hasPlot: false, fullMw }, style);
}

/** The latest that powerlog said, and what is doubtful. */
function said({ warnings, notices }: Shown, { rows, columns }: ScreenSize, style: Style): string[] {
  const most = rows >= 30 ? 4 : rows >= 20 ? 2 : 1;
  const told = notices.map(({ atS, text }) => ` ${style.faint(formatClock(atS))} ${printable(text)}`);
  const doubtful = warnings.map((text) => ` ${style.warning('!')} ${printable(text)}`);
  // The latest that was said, and of doubts one at least where there are two lines.
  const ofTold = doubtful.length === 0 ? most : Math.max(most - 1, 1);
  const lines = [...told.slice(0, -ofTold), ...doubtful, ...told.slice(-ofTold)];
  if (lines.length <= most) return lines.map((line) => cut(line, columns));
  const kept = lines.slice(-most);
  const more = style.faint(` (${lines.length - most} more: m)`);
  const last = cut(kept.at(-1)!, Math.max(columns - 14, 0));
  return [...kept.slice(0, -1), last + more];
}

function keysLine({ boards, pausedS, scale }: Shown, columns: number, style: Style): string {
  const key = (name: string, what: string): string => `${style.bold(name)} ${style.faint(what)}`;
  const texts = [
    key('q', 'quit'),
    key('?', 'help'),
    key('space', pausedS === null ? 'pause' : 'go on'),
    key('← →', scale),
    key('r', 'reset min/max'),
    key('m', 'messages'),
    ...(boards.some(({ wires }) => wires.length > 0) ? [key('w', 'wires')] : []),
  ];
  return joinFitting(
    texts.map((text) => ` ${text}`),
    '  ',
    columns,
  );
}
