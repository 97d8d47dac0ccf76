import type { Columns } from '../../draw/envelope.js';
import { higher, lower } from '../../draw/series-builder.js';
import type { ColumnPainter } from './raster.js';

/** How powers become heights: `topMw` lies at the upper edge. */
export interface HeightScale {
  readonly topMw: number;
  readonly pxPerMw: number;
}

/** How one power is painted. */
export interface Brush {
  /** As `pixelOf` makes it. */
  readonly colour: number;
  /** Of the screen in one CSS pixel. */
  readonly pixelRatio: number;
  /** Pixels of line and of what is left out, by turns, along the time axis; null for a line without. */
  readonly dash: readonly [number, number] | null;
}

const rangeAlpha = 74;
const edgeAlpha = 200;
/** Of what stands out from the columns on both sides, so that a lone spike is seen. */
const loneAlpha = 225;

/** A range sticks out of its neighbours from so many CSS pixels on. */
const loneHeight = 4;

/** Paints from least to most in each column, its two ends and what stands alone strongly. */
export function rangePainter(
  { minMw, maxMw }: Columns,
  { topMw, pxPerMw }: HeightScale,
  { colour, pixelRatio }: Brush,
): ColumnPainter {
  const lone = loneHeight * pixelRatio;
  const edge = Math.max(Math.round(pixelRatio), 1);
  const last = minMw.length - 1;
  return (raster, x) => {
    const high = maxMw[x]!;
    if (Number.isNaN(high)) return;
    const top = (topMw - high) * pxPerMw;
    const bottom = (topMw - minMw[x]!) * pxPerMw;
    if (bottom - top < 2 * pixelRatio) {
      const middle = (top + bottom) / 2;
      const half = Math.max((bottom - top) / 2, 0.5 * pixelRatio);
      raster.span(middle - half, middle + half, colour, edgeAlpha);
      return;
    }
    const [left, right] = [Math.max(x - 1, 0), Math.min(x + 1, last)];
    const coveredTop = (topMw - higher(maxMw[left]!, maxMw[right]!)) * pxPerMw;
    const coveredBottom = (topMw - lower(minMw[left]!, minMw[right]!)) * pxPerMw;
    let [from, to] = [top, bottom];
    // Where nothing is on either side, comparisons with NaN are false: all of it stands alone.
    if (!(coveredTop - top < lone)) {
      from = Math.min(Number.isNaN(coveredTop) ? bottom : coveredTop, bottom);
      raster.span(top, from, colour, loneAlpha);
    }
    if (!(bottom - coveredBottom < lone)) {
      to = Math.max(Number.isNaN(coveredBottom) ? from : coveredBottom, from);
      raster.span(to, bottom, colour, loneAlpha);
    }
    raster.span(from, to, colour, rangeAlpha);
    // On whole pixels, since half a pixel of half a colour is not seen.
    raster.span(Math.floor(top), Math.floor(top) + edge, colour, edgeAlpha);
    raster.span(Math.ceil(bottom) - edge, Math.ceil(bottom), colour, edgeAlpha);
  };
}

/** Paints a line through one power in each column; where one is missing, so is the line. */
export function linePainter(
  mw: Float32Array,
  { topMw, pxPerMw }: HeightScale,
  { colour, dash }: Brush,
  widthPx: number,
): ColumnPainter {
  const half = widthPx / 2;
  const last = mw.length - 1;
  return (raster, x) => {
    const here = mw[x]!;
    if (Number.isNaN(here)) return;
    if (dash && x % (dash[0] + dash[1]) >= dash[0]) return;
    const before = x > 0 && !Number.isNaN(mw[x - 1]!) ? (mw[x - 1]! + here) / 2 : here;
    const behind = x < last && !Number.isNaN(mw[x + 1]!) ? (mw[x + 1]! + here) / 2 : here;
    const top = (topMw - Math.max(before, here, behind)) * pxPerMw;
    const bottom = (topMw - Math.min(before, here, behind)) * pxPerMw;
    raster.span(top - half, bottom + half, colour, 255);
  };
}
