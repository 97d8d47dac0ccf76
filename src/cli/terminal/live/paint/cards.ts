import { fixed } from '../../../../units.js';
import type { Extremes } from '../watch/board-watch.js';
import { bar } from './bar.js';
import { digits, digitsHeight, digitsWidth } from './digits.js';
import { energyText } from './header.js';
import type { ShownComponent } from './model.js';
import type { Style } from './style.js';
import { cut, fill } from './styled-text.js';

/** Between two cards, and at the left end. */
const gap = 2;
const leastCells = 16;
/** Beside the digits: name, bar, extremes, energy. */
const otherRows = 4;
const largestScale = 4;
/** Cells behind the digits: ` W`, or the decimal too. */
const unitCells = { short: 2, long: 4 };

export const watts = (mw: number | null): string => (mw === null ? '–' : fixed(mw / 1000, 1));
export const rangeText = (extremes: Extremes): string =>
  extremes ? `${watts(extremes.minMw)} … ${watts(extremes.maxMw)} W` : '–';

/** The most that was seen of any of them, mW: what bars are scaled to. */
export const fullOf = (components: readonly ShownComponent[]): number =>
  Math.max(1, ...components.map(({ extremes }) => extremes?.maxMw ?? 0));

/** A component's name in its colour, with its letter where that is what it is told by. */
export const label = ({ name, letter, colour }: ShownComponent, style: Style): string =>
  style.bold(style.hasColours ? style.colour(name, colour) : `${letter} ${name}`);

const cardCells = (components: number, columns: number): number =>
  Math.floor((columns - gap * components) / components);

/** How large digits are: a scale for all, so that none jumps when its number gets another digit. Null where none have room. */
function scaleFor(components: readonly ShownComponent[], cells: number, rows: number): number | null {
  const count = digitCount(components);
  for (let scale = largestScale; scale > 0; scale--)
    if (
      digitsWidth(count, scale) + (scale === 1 ? unitCells.short : unitCells.long) <= cells &&
      digitsHeight(scale) + otherRows <= rows
    )
      return scale;
  return null;
}

/** Of the largest that was seen, and three at least. */
const digitCount = (components: readonly ShownComponent[]): number =>
  Math.max(
    3,
    ...components.flatMap(({ extremes }) =>
      [extremes?.minMw ?? 0, extremes?.maxMw ?? 0].map((mw) => whole(mw).length),
    ),
  );

const whole = (mw: number): string => String(Math.trunc(Number(watts(mw))));

/** Components beside each other, each with its watts to be read from afar; null where they have no room in so many rows. */
export function cards(
  components: readonly ShownComponent[],
  columns: number,
  rows: number,
  style: Style,
): string[] | null {
  const cells = cardCells(components.length, columns);
  const scale = cells < leastCells ? null : scaleFor(components, cells, rows);
  if (scale === null) return null;
  const fullMw = fullOf(components);
  const count = digitCount(components);
  const each = components.map((component) => card(component, { cells, scale, count, fullMw }, style));
  return each[0]!.map((_, row) => each.map((lines) => ' '.repeat(gap) + fill(lines[row]!, cells)).join(''));
}

interface CardForm {
  readonly cells: number;
  readonly scale: number;
  readonly count: number;
  readonly fullMw: number;
}

function card(component: ShownComponent, { cells, scale, count, fullMw }: CardForm, style: Style): string[] {
  const { powerMw, extremes, colour, energyJ, uncertaintyJ } = component;
  const number = watts(powerMw);
  const [ones = '', tenths = '0'] = powerMw === null ? ['-'.repeat(count)] : number.split('.');
  const width = digitsWidth(count, scale);
  const room = cells - width;
  const unit = powerMw !== null && room >= unitCells.long ? `.${tenths} W` : ' W';
  const large = digits(ones.padStart(count), scale).map(
    (line, row, { length }) => style.colour(line, colour) + (row === length - 1 ? unit : ''),
  );
  return [
    label(component, style),
    ...large,
    bar({ powerMw, extremes, fullMw, colour }, cells, style),
    style.faint(cut(rangeText(extremes), cells)),
    cut(energyText(energyJ, uncertaintyJ), cells),
  ];
}
