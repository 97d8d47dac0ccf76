import { powerAxis, type Ticks, timeTicks } from '../ticks.js';
import { type BandLanes, bandLanes, flagLanes, type Lanes, type PlacedFlag } from './bands.js';
import { type Figure, pixelsOf, pointPx, type Size } from './figure.js';
import { type Legend, legendOf } from './legend.js';

/** Where everything stands, pixels. */
export interface Layout extends Size {
  /** Size of the text. */
  readonly em: number;
  readonly pt: number;
  readonly margin: number;
  readonly titleAt: number | null;
  readonly legend: Legend;
  readonly bands: BandLanes;
  readonly flags: Lanes<PlacedFlag>;
  readonly plot: Plot;
}

/** Where the data are. Whole pixels. */
export interface Plot extends Size {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly columnPx: number;
  readonly lowMw: number;
  readonly highMw: number;
  readonly powers: Ticks;
  readonly times: Ticks;
  readonly xOf: (us: number) => number;
  readonly yOf: (mw: number) => number;
}

/** Half a point: finer than that is not seen on paper. */
const columnPt = 0.5;
const textPt = { narrow: 7, wide: 8, wideFromCm: 10 };
/** In heights of the text. */
const title = { size: 1.2, height: 2 };
const powersApart = 2.4;
const timesApart = 1.2;
const mostPowerTicks = 9;
export const axis = { tick: 0.35, gap: 0.3, titleHeight: 1.4 };

export const titleSize = title.size;

export function layOut(figure: Figure): Layout {
  const { width, height } = pixelsOf(figure);
  const pt = pointPx(figure);
  const em = Math.round((figure.widthCm < textPt.wideFromCm ? textPt.narrow : textPt.wide) * pt);
  const margin = Math.round(0.8 * em);
  const textWidth = (text: string) => figure.font.widthOf(text) * em;
  let top = margin + (figure.title === '' ? 0 : title.height * em);
  const titleAt = figure.title === '' ? null : margin + title.size * em;
  const legend = legendOf(figure, { left: margin, top, width: width - 2 * margin, em });
  top += legend.height;

  const bottom = height - margin - (axis.tick + axis.gap + 1 + axis.titleHeight) * em;
  const least = extreme(figure, ({ minMw }) => minMw, Math.min);
  const highest = extreme(figure, ({ maxMw }) => maxMw, Math.max);
  const mostFor = (pixels: number) =>
    Math.min(mostPowerTicks, Math.max(2, Math.floor(pixels / (powersApart * em)) + 1));
  const left = Math.ceil(
    margin +
      axis.titleHeight * em +
      widestLabel(least, highest, mostFor(bottom - top), textWidth) +
      (axis.tick + axis.gap) * em,
  );
  const columnPx = Math.max(1, Math.round(columnPt * pt));
  const timesIn = (length: number): Ticks =>
    timeTicks(figure.fromUs, figure.toUs, { length, widthOf: textWidth, gap: timesApart * em });
  const room = width - margin - left;
  const columns = Math.max(
    1,
    Math.floor((room - overhang(timesIn(room), figure, room, textWidth)) / columnPx),
  );
  const plotWidth = columns * columnPx;
  const xOf = (us: number): number =>
    left + ((us - figure.fromUs) / (figure.toUs - figure.fromUs)) * plotWidth;

  const bands = bandLanes(figure, { left, top, width: plotWidth, em, xOf });
  const flags = flagLanes(figure, { left, top: top + bands.height, width: plotWidth, em, xOf });
  const plotTop = Math.ceil(top + bands.height + flags.height + 0.2 * em);
  const plotHeight = Math.max(1, Math.floor(bottom) - plotTop);
  const { lowMw, highMw, ticks: powers } = powerAxis(least, highest, mostFor(plotHeight));
  const times = timesIn(plotWidth);
  return {
    ...{ width, height, em, pt, margin, titleAt, legend, bands, flags },
    plot: {
      ...{ left, top: plotTop, width: plotWidth, height: plotHeight, columns, columnPx },
      ...{ lowMw, highMw, powers, times, xOf },
      yOf: (mw) => plotTop + (1 - (mw - lowMw) / (highMw - lowMw)) * plotHeight,
    },
  };
}

/** How far the last label reaches beyond the right end of the axis. */
function overhang(
  { at, labels }: Ticks,
  { fromUs, toUs }: Figure,
  length: number,
  widthOf: (text: string) => number,
): number {
  if (at.length === 0) return 0;
  const end = ((at.at(-1)! - fromUs) / (toUs - fromUs)) * length + widthOf(labels.at(-1)!) / 2;
  return Math.max(0, end - length);
}

/** Of all axes that the plot may come to have: how many ticks it has room for is known later. */
function widestLabel(
  least: number,
  highest: number,
  most: number,
  widthOf: (text: string) => number,
): number {
  const axes = Array.from({ length: most - 1 }, (_, n) => powerAxis(least, highest, n + 2));
  return Math.max(...axes.flatMap(({ ticks }) => ticks.labels.map(widthOf)));
}

function extreme(
  { lines }: Figure,
  of: (line: Figure['lines'][number]) => number,
  choose: (...values: number[]) => number,
): number {
  const known = lines.map(of).filter((mw) => !Number.isNaN(mw));
  return known.length === 0 ? Number.NaN : choose(...known);
}
