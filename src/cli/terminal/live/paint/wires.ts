import { amperes, percent } from '../../../../measure/wires/alarm-text.js';
import { printable } from '../../../../text.js';
import { fixed } from '../../../../units.js';
import type { ScreenSize } from '../screen.js';
import type { Shown, ShownBoard } from './model.js';
import { page } from './overlay.js';
import type { Style } from './style.js';
import { fill, fillLeft, widthOf } from './styled-text.js';

const currentCells = 9;
const shareCells = 9;

/** The single wires of connectors, instead of everything else: what each carries now, and where one is over a limit. */
export function wires({ boards }: Shown, size: ScreenSize, style: Style): string[] {
  const lines = boards.flatMap((board) => {
    if (board.wires.length === 0) return [];
    return boards.length === 1
      ? linesOf(board, style)
      : [` ${printable(board.id)}`, ...linesOf(board, style)];
  });
  return page('Wires', lines.length > 0 ? lines : [' no single wires are measured'], size, style);
}

function linesOf({ wires: now, standing }: ShownBoard, style: Style): string[] {
  const titles = now.map(({ wire }) => printable(wire.title));
  const titleCells = Math.max(...titles.map(widthOf));
  const figures = standing.measured.wires;
  return now.map(({ currentA, share }, n) => {
    const over = (figures[n]?.alarms ?? []).map(({ kind, limit, ended }) => {
      const text = `${ended ? 'was over' : 'OVER'} ${kind === 'current' ? amperes(limit) : percent(limit)}`;
      return ended ? style.warning(text) : style.alarm(` ${text} `);
    });
    const cells = [
      fillLeft(currentA === null ? '–' : `${fixed(currentA, 2)} A`, currentCells),
      fillLeft(share === null ? '–' : `${fixed(share * 100, 1)} %`, shareCells),
    ];
    return ` ${fill(titles[n]!, titleCells)}${cells.join('')}  ${over.join('  ')}`;
  });
}
