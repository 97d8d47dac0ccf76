import { BrailleCanvas } from './braille-canvas.js';
import { cellsOf, fitted, inColour, mixed, terminalColour } from './cells.js';
import { inks, type Theme } from './colours.js';
import type { Columns } from './envelope.js';
import { powerAxis, type Ticks, timeTicks } from './ticks.js';

/** One power of a plot. */
export interface PlotSeries {
  /** Of anybody's: it is made printable. */
  readonly name: string;
  /** As many as `plotColumns` says. */
  readonly columns: Columns;
  /** `#rrggbb`, as `colourOf` gives it. */
  readonly colour: string;
}

export interface BraillePlot {
  /** Those that matter most first: where several share a cell, its colour is the first's. */
  readonly series: readonly PlotSeries[];
  /** Of all of it, axes included. */
  readonly widthCells: number;
  readonly heightCells: number;
  /** What the columns cover, µs. */
  readonly fromUs: number;
  readonly toUs: number;
  /** Whether the terminal shows colours; without, letters on the lines tell the series apart. */
  readonly colours: boolean;
  /** Of the terminal's ground. */
  readonly theme?: Theme;
  /** Shows text in a colour, `#rrggbb`; with the 256 that every terminal knows where absent. */
  readonly paint?: (text: string, colour: string) => string;
  /** Stretches named in a line above the plot, such as phases. */
  readonly bands?: readonly { readonly name: string; readonly fromUs: number; readonly toUs: number }[];
}

/** `12.5 kW ┤` */
const axisCells = 9;
/** Of a powers' axis, between two ticks. */
const cellsPerTick = 3;
const mostPowerTicks = 8;
/** How much of its colour the range between the extremes keeps. */
const rangeShare = 0.5;
const axisRows = 2;
/** Cells between two names. */
const namesApart = 3;
const least = { width: axisCells + 10, rows: 2 };

/** How many columns a plot of this width wants: two a cell. */
export const plotColumns = (widthCells: number): number =>
  2 * (Math.max(widthCells, least.width) - axisCells);

/**
 * A plot as lines of text for a terminal: of each series the range from minimum to maximum and the mean as a line through it;
 * nothing where nothing was measured. Lines have no ends of line, and no more than `widthCells` cells.
 */
export function braillePlot(plot: BraillePlot): string[] {
  const { series, fromUs, toUs, colours, theme = 'dark', bands = [] } = plot;
  const width = Math.max(plot.widthCells, least.width) - axisCells;
  const painted = colours ? painter(series, theme, plot.paint) : null;
  const above = [
    ...legendLines(series, width, painted),
    ...(bands.length > 0 ? [bandLine(bands, fromUs, toUs, width)] : []),
  ];
  const height = Math.max(least.rows, plot.heightCells - above.length - axisRows);
  const { lowMw, highMw, ticks } = powerAxis(
    reach(series, ({ minMw }) => minMw, Math.min),
    reach(series, ({ maxMw }) => maxMw, Math.max),
    Math.min(Math.max(2, Math.floor(height / cellsPerTick) + 1), mostPowerTicks),
  );
  const canvas = new BrailleCanvas(width, height, lowMw, highMw);
  series.forEach(({ columns }, n) => {
    canvas.add(columns, n);
  });
  if (!colours && series.length > 1) canvas.letter(series.map((_, n) => letterOf(n)));
  const rows = canvas.lines(painted ?? ((text) => text));
  const labels = powerLabels(ticks, (mw) => canvas.rowOf(mw), height);
  const margin = ' '.repeat(axisCells);
  return [
    ...above.map((line) => margin + line),
    ...rows.map((row, n) => `${labels[n]}${row}`.trimEnd()),
    ...timeAxis(fromUs, toUs, width),
  ];
}

/** One line of blocks, each as high as its power; nothing where nothing was measured (NaN). */
export function sparkline(powersMw: ArrayLike<number>, lowMw: number, highMw: number): string {
  const blocks = '▁▂▃▄▅▆▇█';
  return Array.from(powersMw, (mw) => {
    if (Number.isNaN(mw)) return ' ';
    const share = highMw > lowMw ? (mw - lowMw) / (highMw - lowMw) : 0;
    return blocks[Math.min(Math.max(Math.floor(share * blocks.length), 0), blocks.length - 1)];
  }).join('');
}

function reach(
  series: readonly PlotSeries[],
  of: (columns: Columns) => Float32Array,
  choose: (a: number, b: number) => number,
): number {
  let found = Number.NaN;
  for (const { columns } of series)
    for (const mw of of(columns)) if (!Number.isNaN(mw)) found = Number.isNaN(found) ? mw : choose(found, mw);
  return found;
}

/** What stands for a series where there are no colours. */
export const letterOf = (n: number): string => 'abcdefghijklmnopqrstuvwxyz'[n % 26]!;

/** Names of the series, in as many lines as they take. */
function legendLines(series: readonly PlotSeries[], cells: number, paint: Painter | null): string[] {
  const lines: string[] = [];
  let used = cells;
  for (const [n, { name }] of series.entries()) {
    const mark = paint || series.length === 1 ? '━━' : letterOf(n);
    const shown = fitted(name, cells - mark.length - 1);
    const entry = `${paint ? paint(mark, n, true) : mark} ${shown}`;
    const length = mark.length + 1 + cellsOf(shown);
    if (used + namesApart + length > cells) {
      lines.push(entry);
      used = length;
    } else {
      lines.push(`${lines.pop()}${' '.repeat(namesApart)}${entry}`);
      used += namesApart + length;
    }
  }
  return lines;
}

type Painter = (text: string, n: number, isLine: boolean) => string;

/** Lines in a series' colour, ranges in less of it. The terminal's own ink where that is the series' colour. */
function painter(series: readonly PlotSeries[], theme: Theme, paint: BraillePlot['paint']): Painter {
  const { ground, ink } = inks[theme];
  if (!paint) {
    const numbers = series.map(({ colour }) => (colour === ink ? null : terminalColour(colour)));
    return (text, n, isLine) => inColour(text, numbers[n]!, !isLine);
  }
  const ranges = series.map(({ colour }) => mixed(colour, ground, rangeShare));
  return (text, n, isLine) => {
    const { colour } = series[n]!;
    if (isLine) return colour === ink ? text : paint(text, colour);
    return paint(text, ranges[n]!);
  };
}

function powerLabels({ at, labels, unit }: Ticks, rowOf: (mw: number) => number, height: number): string[] {
  const rows = Array.from({ length: height }, () => `${' '.repeat(axisCells - 1)}│`);
  at.forEach((mw, n) => {
    const text = `${labels[n]} ${unit}`;
    const label = (text.length < axisCells - 1 ? text : labels[n]!).slice(0, axisCells - 2);
    rows[rowOf(mw)] = `${label.padStart(axisCells - 2)} ┤`;
  });
  return rows;
}

function timeAxis(fromUs: number, toUs: number, width: number): string[] {
  const room = { length: width, widthOf: (label: string) => label.length, gap: 3 };
  const { at, labels, unit } = timeTicks(fromUs, toUs, room);
  const line = [...`${' '.repeat(axisCells - 1)}└${'─'.repeat(width)}`];
  const text = new Array<string>(axisCells + width).fill(' ');
  at.forEach((us, n) => {
    const cell = axisCells + Math.min(width - 1, Math.floor(((us - fromUs) / (toUs - fromUs)) * width));
    line[cell] = '┬';
    const label = labels[n]!;
    const start = Math.min(cell - (label.length >> 1), text.length - label.length);
    text.splice(start, label.length, ...label);
  });
  const end = axisCells - 2;
  const isFree = text.slice(0, end + 1).every((cell) => cell === ' ');
  if (isFree) text.splice(end - unit.length, unit.length, ...unit);
  return [line.join(''), text.join('').trimEnd()];
}

/** `├ load ─┤├ train ──────┤`; those for which there is no room keep a bar. */
function bandLine(
  bands: NonNullable<BraillePlot['bands']>,
  fromUs: number,
  toUs: number,
  width: number,
): string {
  const cellAt = (us: number): number =>
    Math.min(Math.max(Math.round(((us - fromUs) / (toUs - fromUs)) * width), 0), width);
  const line = new Array<string>(width).fill(' ');
  let used = 0;
  for (const band of bands) {
    const first = Math.max(cellAt(band.fromUs), used);
    const cells = cellAt(band.toUs) - first;
    if (cells < 1) continue;
    const inner = cells - 4;
    const name = inner > 1 ? ` ${fitted(band.name, inner)} ` : '';
    const body = cells < 2 ? '│' : `├${name}${'─'.repeat(cells - 2 - cellsOf(name))}┤`;
    line.fill('', first, first + cells);
    line[first] = body;
    used = first + cells;
  }
  return line.join('').trimEnd();
}
