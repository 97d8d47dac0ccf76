import { sparkline } from '../../../../draw/braille.js';
import { printable } from '../../../../text.js';
import { bar } from './bar.js';
import { fullOf, label, rangeText, watts } from './cards.js';
import { energyText, qualityTexts } from './header.js';
import type { ShownBoard, ShownComponent } from './model.js';
import type { Style } from './style.js';
import { cut, ends, fill, fillLeft, joinFitting, widthOf } from './styled-text.js';

/** Of a power: ` 1234.5 W`, or ` 1234` in a narrow window. */
const powerCells = { usual: 9, narrow: 5 };
const narrow = 18;
const mostNameCells = 14;
const leastBarCells = 6;
/** Beside a bar, where there is so much room for both. */
const energyCells = 20;
const roomyCells = 48;

/** How components are listed. */
interface ListForm {
  readonly columns: number;
  readonly rows: number;
  /** Whether their course is shown elsewhere. */
  readonly hasPlot: boolean;
  /** What a full bar stands for, mW. */
  readonly fullMw: number;
}

/** Components below each other: a line each, or two where there are rows for them. */
export function list(
  components: readonly ShownComponent[],
  { columns, rows, hasPlot, fullMw }: ListForm,
  style: Style,
): string[] {
  const names = components.map((component) => label(component, style));
  const isNarrow = columns < narrow;
  const ofPower = isNarrow ? powerCells.narrow : powerCells.usual;
  const nameCells = Math.min(
    Math.max(...names.map(widthOf)),
    mostNameCells,
    Math.max(columns - ofPower - 2, 1),
  );
  const isDouble = 2 * components.length <= rows;
  return components.flatMap((component, n) => {
    const { powerMw, extremes, colour, energyJ, uncertaintyJ } = component;
    const power = isNarrow ? watts(powerMw).replace(/\.\d/, '') : `${watts(powerMw)} W`;
    const head = ` ${fill(names[n]!, nameCells)}${style.bold(fillLeft(power, ofPower))} `;
    const room = columns - widthOf(head) - 1;
    if (room < leastBarCells) return [cut(head, columns)];
    const trail = (cells: number): string =>
      style.colour(sparkline(component.trail(cells), 0, fullMw), colour);
    const barOf = (cells: number): string => bar({ powerMw, extremes, fullMw, colour }, cells, style);
    if (!isDouble) {
      const energy = room < roomyCells ? '' : fillLeft(energyText(energyJ, uncertaintyJ), energyCells);
      const left = room - widthOf(energy);
      const ofTrail = hasPlot ? 0 : Math.floor((left - 1) / 2);
      if (ofTrail < leastBarCells) return [head + barOf(left) + energy];
      return [`${head}${trail(ofTrail)} ${barOf(left - ofTrail - 1)}${energy}`];
    }
    const facts = [energyText(energyJ, uncertaintyJ), style.faint(rangeText(extremes))];
    const second = fill(joinFitting(facts, '  ', widthOf(head) - 2), widthOf(head) - 1);
    return [head + trail(room), ` ${second}${barOf(room)}`];
  });
}

/**
 * Several boards below each other: each with its components where there are rows for them, or else with their powers in a line,
 * and what they came to in another.
 */
export function boardList(
  boards: readonly ShownBoard[],
  { columns, rows, hasPlot }: Omit<ListForm, 'fullMw'>,
  style: Style,
): string[] {
  const lines = boards.reduce((sum, { components }) => sum + components.length + 1, 0);
  const isWhole = lines <= rows;
  const isDouble = 2 * boards.length <= rows;
  const fullMw = fullOf(boards.flatMap(({ components }) => components));
  return boards.flatMap((board) => {
    const { components, standing } = board;
    const [system] = components;
    const energy = energyText(system!.energyJ, system!.uncertaintyJ);
    const quality = qualityTexts(standing, style);
    if (isWhole) {
      const right = ` ${joinFitting([energy, ...quality], '  ', Math.floor(columns * 0.6))} `;
      const left = cut(titleOf(board, true, style), columns - widthOf(right));
      return [
        ends(left, right, columns),
        ...list(components, { columns, rows: components.length, hasPlot, fullMw }, style),
      ];
    }
    const powers = components.map(({ name, powerMw }) => `${name} ${watts(powerMw)} W`);
    if (!isDouble)
      return [joinFitting([titleOf(board, false, style), ...powers, energy, ...quality], '  ', columns)];
    return [
      joinFitting([titleOf(board, false, style), energy, ...quality], '  ', columns),
      joinFitting(['  ', ...powers], ' ', columns),
    ];
  });
}

function titleOf(
  { id, title, whereabouts, letter, colour }: ShownBoard,
  isWhole: boolean,
  style: Style,
): string {
  const name = style.bold(
    style.hasColours ? style.colour(`■ ${printable(id)}`, colour) : `${letter} ${printable(id)}`,
  );
  return ` ${name}${isWhole ? style.faint(`  ${printable(title)} ${printable(whereabouts)}`) : ''}`;
}
