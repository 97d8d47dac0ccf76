import type { Extremes } from '../watch/board-watch.js';
import type { Style } from './style.js';

interface Bar {
  /** Null where it is not known. */
  readonly powerMw: number | null;
  readonly extremes: Extremes;
  /** What a full bar stands for, mW. */
  readonly fullMw: number;
  readonly colour: string;
}

/** A bar from 0 to a power, to half a cell, with a mark at the least and at the most that was seen. */
export function bar({ powerMw, extremes, fullMw, colour }: Bar, cells: number, style: Style): string {
  if (cells < 1) return '';
  const at = (mw: number): number => Math.min(Math.max(mw / fullMw, 0), 1) * cells;
  const filled = Math.round(2 * at(powerMw ?? 0));
  const marks = extremes
    ? [extremes.minMw, extremes.maxMw].map((mw) => Math.min(Math.floor(at(mw)), cells - 1))
    : [];
  const part = (n: number): string => (filled > 2 * n + 1 ? '▄' : filled > 2 * n ? '▖' : '');
  let [line, run] = ['', ''];
  for (let n = 0; n < cells; n++) {
    const text = marks.includes(n) ? '│' : part(n);
    if (text !== '') run += text;
    else {
      line += style.colour(run, colour) + style.faint('·');
      run = '';
    }
  }
  return line + style.colour(run, colour);
}
