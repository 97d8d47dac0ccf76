import { inks } from '../colours.js';
import { cutTo } from './cut.js';
import { dashes, type Figure } from './figure.js';
import { element, text } from './markup.js';

/** Names of what is drawn, in rows above the plot. */
export interface Legend {
  readonly height: number;
  readonly entries: readonly LegendEntry[];
}

interface LegendEntry {
  readonly name: string;
  readonly colour: string;
  readonly dash: number;
  readonly isGap: boolean;
  readonly x: number;
  /** Of the text's baseline. */
  readonly y: number;
}

/** In heights of the text. */
const swatch = { length: 2, height: 0.7, gap: 0.45 };
const entriesApart = 1.5;
const rowHeight = 1.5;
const below = 0.45;

export function legendOf(
  figure: Figure,
  { left, top, width, em }: { left: number; top: number; width: number; em: number },
): Legend {
  const { runs, lines, font } = figure;
  const { ink } = inks[figure.theme];
  const seen = new Set<string>();
  const ofSeries = lines
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .map(({ name, colour, dash }) => ({ name, colour, dash: runs.length > 1 ? 0 : dash, isGap: false }));
  const ofRuns =
    runs.length > 1
      ? runs.map(({ name }, n) => ({ name, colour: ink, dash: n % dashes.length, isGap: false }))
      : [];
  const ofGaps =
    gapsShown(figure).length > 0 ? [{ name: 'not measured', colour: ink, dash: 0, isGap: true }] : [];
  const entries: LegendEntry[] = [];
  let [row, x] = [0, left];
  const head = (swatch.length + swatch.gap) * em;
  for (const group of [ofSeries, [...ofRuns, ...ofGaps]]) {
    // Runs begin a row of their own.
    if (ofRuns.length > 0 && group !== ofSeries) [row, x] = [row + 1, left];
    for (const { name, ...each } of group) {
      const shown = cutTo(name, width - head, em, font);
      const length = head + font.widthOf(shown) * em;
      if (x > left && x + length > left + width) [row, x] = [row + 1, left];
      entries.push({ ...each, name: shown, x, y: top + (row + 0.5) * rowHeight * em + 0.36 * em });
      x += length + entriesApart * em;
    }
  }
  return { entries, height: (row + 1) * rowHeight * em + below * em };
}

/** Gaps that lie in what is shown. Of several runs each has its own, and none is marked. */
export const gapsShown = ({ runs, fromUs, toUs }: Figure): { fromUs: number; toUs: number }[] =>
  runs.length > 1
    ? []
    : runs[0]!.gaps
        .map((gap) => ({ fromUs: Math.max(gap.fromUs, fromUs), toUs: Math.min(gap.toUs, toUs) }))
        .filter((gap) => gap.toUs > gap.fromUs);

export function drawLegend(
  { entries }: Legend,
  em: number,
  lineWidth: number,
  theme: Figure['theme'],
  gapFill: string,
): string {
  const drawn = entries.map(({ name, colour, dash, isGap, x, y }) => {
    const middle = y - 0.36 * em;
    const mark = isGap
      ? element('rect', {
          ...{
            x,
            y: middle - (swatch.height / 2) * em,
            width: swatch.length * em,
            height: swatch.height * em,
          },
          fill: gapFill,
        })
      : element('path', {
          d: `M${Math.round(x)} ${Math.round(middle)}H${Math.round(x + swatch.length * em)}`,
          ...{ stroke: colour, 'stroke-width': 1.6 * lineWidth, fill: 'none' },
          'stroke-dasharray': dashArray(dash, 1.6 * lineWidth),
        });
    return mark + text(name, { x: x + (swatch.length + swatch.gap) * em, y });
  });
  return element('g', { fill: inks[theme].ink }, ...drawn);
}

/** As SVG has it. */
export const dashArray = (dash: number, lineWidth: number): string | undefined => {
  const pattern = dashes[dash % dashes.length]!;
  return pattern.length === 0 ? undefined : pattern.map((each) => (each * lineWidth).toFixed(1)).join(' ');
};
