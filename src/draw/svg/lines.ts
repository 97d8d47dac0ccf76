import type { Columns } from '../envelope.js';
import type { Dots, Figure, FigureLine } from './figure.js';
import type { Plot } from './layout.js';
import { dashArray } from './legend.js';
import { element, short } from './markup.js';

/** Widths in points, shares of a colour. */
const style = {
  mean: { width: 0.75, range: 0.28, caps: 0.8 },
  rolling: { width: 1.1, range: 0.2, caps: 0.5 },
  cap: 0.5,
  dot: 1.1,
};

export const lineWidthPt = style.mean.width;

/**
 * Every line: the range from its minimum to its maximum in each column, faint, with what stands out of it as good as opaque, so that
 * a single sample's spike is seen; then the means through them.
 */
export function drawLines(figure: Figure, plot: Plot, pt: number): string {
  const drawn = figure.lines.map((line) => drawLine(figure, line, plot, pt));
  return [...drawn.map(({ range }) => range), ...drawn.map(({ mean }) => mean)].join('\n');
}

function drawLine(
  { runs }: Figure,
  line: FigureLine,
  plot: Plot,
  pt: number,
): { range: string; mean: string } {
  const { colour, dots, rolling } = line;
  const { width, range, caps } = rolling ? style.rolling : style.mean;
  const stroke = {
    ...{ fill: 'none', stroke: colour, 'stroke-width': width * pt },
    'stroke-dasharray': dashArray(runs.length > 1 ? line.run : line.dash, width * pt),
  };
  const meanOf = (meanMw: Float32Array): string => {
    const { path, alone } = meanPath(meanMw, plot);
    const marks = alone.map(([cx, cy]) => element('circle', { cx, cy, r: style.dot * pt, fill: colour }));
    return element('path', { d: path, ...stroke }) + marks.join('');
  };
  const along = rolling && meanOf(rolling(plot.columns));
  if (dots) {
    const share = rolling ? caps : 1;
    const faint = { 'stroke-opacity': rolling ? caps : undefined };
    return {
      range: along
        ? dots.map((each) => element('path', { d: dotsPath(each, plot), ...stroke, ...faint })).join('')
        : '',
      mean: [
        ...(along ? [] : dots.map((each) => element('path', { d: dotsPath(each, plot), ...stroke }))),
        element('g', { fill: colour, 'fill-opacity': share }, ...dots.map((each) => circles(each, plot, pt))),
        ...(along ? [along] : []),
      ].join(''),
    };
  }
  const columns = line.columns(plot.columns);
  const bars = barsOf(columns, plot);
  const cap = Math.max(1, Math.round(style.cap * pt));
  return {
    range: element(
      'g',
      { fill: colour },
      element('path', { d: rangePath(bars, plot), 'fill-opacity': range }),
      element('path', { d: capsPath(bars, plot, cap), 'fill-opacity': caps }),
    ),
    mean: along ?? meanOf(columns.meanMw),
  };
}

/** What a column covers, whole pixels from its top down to its bottom; null where nothing was measured. */
type Bar = { readonly top: number; readonly bottom: number } | null;

function barsOf({ minMw, maxMw }: Columns, { columns, yOf }: Plot): Bar[] {
  return Array.from({ length: columns }, (_, n) => {
    if (Number.isNaN(minMw[n]!) || Number.isNaN(maxMw[n]!)) return null;
    const top = Math.floor(yOf(maxMw[n]!));
    return { top, bottom: Math.max(Math.ceil(yOf(minMw[n]!)), top + 1) };
  });
}

/** One outline for each stretch of bars. */
function rangePath(bars: readonly Bar[], { left, columnPx }: Plot): string {
  let path = '';
  for (let first = 0; first < bars.length; first++) {
    if (!bars[first]) continue;
    let behind = first;
    while (bars[behind]) behind++;
    path += `M${left + first * columnPx} ${bars[first]!.top}`;
    for (let n = first; n < behind; n++) {
      const isLast = n === behind - 1;
      if (isLast || bars[n + 1]!.top !== bars[n]!.top)
        path += `H${left + (n + 1) * columnPx}${isLast ? '' : `V${bars[n + 1]!.top}`}`;
    }
    path += `V${bars[behind - 1]!.bottom}`;
    for (let n = behind - 1; n >= first; n--)
      if (n === first || bars[n - 1]!.bottom !== bars[n]!.bottom)
        path += `H${left + n * columnPx}${n === first ? 'Z' : `V${bars[n - 1]!.bottom}`}`;
    first = behind;
  }
  return path;
}

/** What is this narrow, in columns, stands out. */
const narrow = 3;

/** Both ends of each bar: at least `cap` pixels, and as far as no more than `narrow` bars beside each other reach. */
function capsPath(bars: readonly Bar[], { left, columnPx }: Plot, cap: number): string {
  const above = bars.map((bar) => (bar ? bar.top : Number.POSITIVE_INFINITY));
  const below = bars.map((bar) => (bar ? -bar.bottom : Number.POSITIVE_INFINITY));
  let path = '';
  bars.forEach((bar, n) => {
    if (!bar) return;
    const height = bar.bottom - bar.top;
    const upper = Math.min(height, Math.max(cap, standsOut(above, n)));
    const lower = Math.min(height, Math.max(cap, standsOut(below, n)));
    const rectangle = (top: number, tall: number) =>
      `M${left + n * columnPx} ${top}h${columnPx}v${tall}h${-columnPx}z`;
    path +=
      upper + lower >= height
        ? rectangle(bar.top, height)
        : rectangle(bar.top, upper) + rectangle(bar.bottom - lower, lower);
  });
  return path;
}

/** How far the end of bar `n` reaches beyond what more than `narrow` bars around it reach. @param ends smaller is further out */
function standsOut(ends: readonly number[], n: number): number {
  let level = Number.POSITIVE_INFINITY;
  for (let first = n - narrow; first <= n; first++) {
    let furthestIn = Number.NEGATIVE_INFINITY;
    for (let k = first; k <= first + narrow; k++)
      furthestIn = Math.max(furthestIn, ends[k] ?? Number.POSITIVE_INFINITY);
    level = Math.min(level, furthestIn);
  }
  return level - ends[n]!;
}

/** A line through the middles of the columns, with an end wherever nothing was measured; and those that have no neighbour. */
function meanPath(
  meanMw: Float32Array,
  { columns, columnPx, left, yOf }: Plot,
): { path: string; alone: (readonly [x: number, y: number])[] } {
  const isKnown = (n: number): boolean => n >= 0 && n < columns && !Number.isNaN(meanMw[n]!);
  const alone: [number, number][] = [];
  let path = '';
  for (let n = 0; n < columns; n++) {
    if (!isKnown(n)) continue;
    const [x, y] = [left + (n + 0.5) * columnPx, yOf(meanMw[n]!)];
    if (isKnown(n - 1) || isKnown(n + 1)) path += `${isKnown(n - 1) ? ' ' : 'M'}${short(x)} ${y.toFixed(1)}`;
    else alone.push([x, y]);
  }
  return { path, alone };
}

function dotsPath({ timeUs, powerMw }: Dots, { xOf, yOf }: Plot): string {
  const points = Array.from(timeUs, (us, n) => `${xOf(us).toFixed(1)} ${yOf(powerMw[n]!).toFixed(1)}`);
  return points.length < 2 ? '' : `M${points.join(' ')}`;
}

/** Of samples within the plot; the line may go on to those beside it. */
function circles({ timeUs, powerMw }: Dots, { left, width, xOf, yOf }: Plot, pt: number): string {
  return Array.from(timeUs, (us, n) => {
    const x = xOf(us);
    if (x < left || x > left + width) return '';
    return element('circle', { cx: x, cy: yOf(powerMw[n]!), r: style.dot * pt });
  }).join('');
}
