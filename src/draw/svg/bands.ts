import { inks } from '../colours.js';
import { cutTo } from './cut.js';
import type { Figure, FigureFont } from './figure.js';
import { element, text } from './markup.js';

/** Rows above the plot. */
export interface Lanes<Placed> {
  readonly height: number;
  readonly placed: readonly Placed[];
}

interface PlacedBand {
  readonly left: number;
  readonly right: number;
  /** Of its row. */
  readonly top: number;
  readonly label: Label;
}

/** Phases without a row are counted below the others. */
export interface BandLanes extends Lanes<PlacedBand> {
  readonly more: (Label & { readonly top: number }) | null;
}

export interface PlacedFlag {
  readonly x: number;
  readonly top: number;
  readonly label: Label;
}

/** Empty where there is no room. */
interface Label {
  readonly text: string;
  readonly x: number;
  /** A text of its own: behind a name that is written from right to left, numbers would join it. */
  readonly cost?: { readonly text: string; readonly x: number } | undefined;
}

interface Room {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly em: number;
  readonly xOf: (us: number) => number;
}

/** In heights of the figure's text. */
const size = 0.88;
const bandHeight = 1.25;
const bandsApart = 0.15;
const sideBySide = 0.08;
const padding = 0.35;
const pennant = { width: 0.28, half: 0.3, top: 0.25, gap: 0.2 };
const flagHeight = 1.15;
const most = { bandLanes: 4, flagLanes: 3 };

/** Bands in rows, those of each run by themselves, such that none lies over another. */
export function bandLanes(figure: Figure, { left, top, width, em, xOf }: Room): BandLanes {
  const [begin, end] = [left, left + width];
  const lanes: { first: number; bands: { left: number; right: number; name: string; cost: string }[] }[] = [];
  let leftOut = 0;
  for (const { bands } of figure.runs) {
    const first = lanes.length;
    const shown = bands
      .filter((band) => band.toUs > figure.fromUs && band.fromUs < figure.toUs)
      // What contains others lies above them.
      .toSorted((a, b) => a.fromUs - b.fromUs || b.toUs - a.toUs);
    for (const band of shown) {
      const placed = {
        ...band,
        left: Math.max(begin, Math.round(xOf(band.fromUs))),
        right: Math.min(end, Math.round(xOf(band.toUs))),
      };
      const free = lanes.findIndex((lane, n) => n >= first && lane.bands.at(-1)!.right <= placed.left + 1);
      if (free >= 0) lanes[free]!.bands.push(placed);
      else if (lanes.length - first < most.bandLanes) lanes.push({ first, bands: [placed] });
      else leftOut++;
    }
  }
  const placed = lanes.flatMap(({ bands }, lane) =>
    bands.map((band, n) => ({
      ...{ left: band.left, right: Math.max(band.right, band.left + 1) },
      top: top + lane * (bandHeight + bandsApart) * em,
      label: bandLabel(band, bands[n + 1]?.left ?? end, figure.font, em),
    })),
  );
  const height = lanes.length * (bandHeight + bandsApart) * em;
  if (leftOut === 0) return { height, placed, more: null };
  const text = `+${leftOut} more, in this file’s description`;
  return {
    ...{ placed, height: height + (bandHeight + bandsApart) * em },
    more: { text, x: end - figure.font.widthOf(text) * size * em, top: top + height },
  };
}

/** Within the band, or in free room behind it. @param freeRight where the next one begins */
function bandLabel(
  { left, right, name, cost }: { left: number; right: number; name: string; cost: string },
  freeRight: number,
  font: FigureFont,
  em: number,
): Label {
  const pad = padding * em;
  const widthOf = (content: string) => font.widthOf(content) * size * em;
  const placedAt = (x: number, withCost: boolean): Label => ({
    ...{ text: name, x },
    cost: withCost ? { text: cost, x: x + widthOf(`${name}  `) } : undefined,
  });
  const contents = [...(cost === '' ? [] : [`${name}  ${cost}`]), name];
  for (const content of contents)
    if (widthOf(content) + 2 * pad <= right - left)
      return placedAt((left + right - widthOf(content)) / 2, content !== name);
  for (const content of contents)
    if (right + widthOf(content) + 2 * pad <= freeRight) return placedAt(right + pad, content !== name);
  return { text: cutTo(name, right - left - 2 * pad, size * em, font), x: left + pad };
}

/**
 * Names of flags beside their poles, in rows such that none lies over another or over a pole, which reaches down through the rows below
 * its own. Those without room have poles alone.
 */
export function flagLanes(figure: Figure, { left, top, width, em, xOf }: Room): Lanes<PlacedFlag> {
  const { font, fromUs, toUs } = figure;
  const pad = (pennant.width + pennant.gap) * em;
  const ends: number[] = [];
  const poles = figure.runs
    .flatMap(({ flags }) => flags)
    .filter(({ atUs }) => atUs >= fromUs && atUs <= toUs)
    .map(({ name, atUs }) => ({ name, x: Math.round(xOf(atUs)) }))
    .toSorted((a, b) => a.x - b.x);
  const placed = poles.map(({ name, x }, n) => {
    const room = { right: left + width - x - pad, left: x - 2 * pad - (poles[n - 1]?.x ?? left) };
    const wanted = Math.min(width / 3, font.widthOf(name) * size * em);
    // Near the right end a name stands in front of its pole.
    const isBehind = room.right >= Math.min(wanted, room.left);
    const shown = cutTo(name, Math.min(wanted, isBehind ? room.right : room.left), size * em, font);
    const length = font.widthOf(shown) * size * em;
    const at = isBehind ? x + pad : x - pad - length;
    const isFree = (lane: number) =>
      (ends[lane] ?? left) <= Math.min(at, x) && ends.slice(lane + 1).every((end) => end <= x);
    const lane = Array.from({ length: most.flagLanes }, (_, each) => each).find(isFree);
    if (lane === undefined || shown === '') return { x, lane: ends.length, label: { text: '', x } };
    ends[lane] = Math.max(at + length, x) + pad;
    return { x, lane, label: { text: shown, x: at } };
  });
  return {
    height: ends.length * flagHeight * em,
    placed: placed.map(({ x, lane, label }) => ({
      ...{ x, label },
      top: top + Math.min(lane, ends.length) * flagHeight * em,
    })),
  };
}

/** Behind the data: tints of bands, poles of flags. */
export function drawBehind(
  bands: Lanes<PlacedBand>,
  flags: Lanes<PlacedFlag>,
  plot: { readonly top: number; readonly height: number },
  theme: Figure['theme'],
  pt: number,
): string {
  const { ink, faint } = inks[theme];
  const bottom = plot.top + plot.height;
  const tints = bands.placed.map(({ left, right }) =>
    element('rect', { x: left, y: plot.top, width: right - left, height: plot.height }),
  );
  const edges = bands.placed.map(
    ({ left, right }) => `M${left} ${plot.top}V${bottom}M${right} ${plot.top}V${bottom}`,
  );
  const poles = flags.placed.map(({ x, top }) => `M${x} ${short(top)}V${bottom}`);
  const width = 0.5 * pt;
  return [
    ...(bands.placed.length === 0
      ? []
      : [
          element('g', { fill: ink, 'fill-opacity': 0.05 }, ...tints),
          element('path', { d: edges.join(''), stroke: ink, 'stroke-opacity': 0.25, 'stroke-width': width }),
        ]),
    ...(flags.placed.length === 0
      ? []
      : [
          element('path', {
            ...{ d: poles.join(''), stroke: faint, 'stroke-width': width },
            'stroke-dasharray': `${(3 * pt).toFixed(1)} ${(1.5 * pt).toFixed(1)}`,
          }),
        ]),
  ].join('\n');
}

/** Above the plot: the bands' rows and the flags' names. */
export function drawLanes(
  bands: BandLanes,
  flags: Lanes<PlacedFlag>,
  em: number,
  theme: Figure['theme'],
): string {
  const { ink } = inks[theme];
  const rows = bands.placed.map(({ left, right, top }) =>
    element('rect', {
      ...{ x: left, y: top, width: Math.max(1, right - left - sideBySide * em), height: bandHeight * em },
    }),
  );
  const baseline = 0.88 * em;
  const names = [
    ...bands.placed,
    ...(bands.more ? [{ top: bands.more.top, label: bands.more }] : []),
    ...flags.placed,
  ]
    .filter(({ label }) => label.text !== '')
    .flatMap(({ top, label }) =>
      [label, ...('cost' in label && label.cost ? [label.cost] : [])].map((each) =>
        text(each.text, { x: each.x, y: top + baseline }),
      ),
    );
  const pennants = flags.placed
    .filter(({ label }) => label.text !== '')
    .map(({ x, top, label }) => {
      const out = (label.x > x ? 1 : -1) * pennant.width * em;
      const half = pennant.half * em;
      return `M${x} ${short(top + pennant.top * em)}l${short(out)} ${short(half)}l${short(-out)} ${short(half)}z`;
    });
  if (bands.placed.length + flags.placed.length === 0) return '';
  return [
    element('g', { fill: ink, 'fill-opacity': 0.1 }, ...rows),
    element('path', { d: pennants.join(''), fill: inks[theme].faint }),
    element('g', { fill: ink, 'font-size': size * em }, ...names),
  ].join('\n');
}

const short = (value: number): string => value.toFixed(1);
