import { newColumns } from '../../draw/envelope.js';
import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';
import type { PowerRange } from './axes.js';

const wattsPerMw = 1e-3;
const headroom = 0.06;

/**
 * The power axis for what is shown in a stretch: from 0, or below where a power is.
 * @param pixels as many columns as are painted of it: of wider ones those at the end of what has been read by now are not known yet
 */
export function powerRangeOf(
  state: Pick<AppState, 'recordings' | 'shownChannels'>,
  { fromUs, toUs }: Range,
  pixels: number,
  isCropped: boolean,
): PowerRange {
  const columns = newColumns(pixels);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  state.recordings.forEach(({ store, offsetUs, isShown }, n) => {
    for (const { series } of isShown ? state.shownChannels : []) {
      if (series[n]! < 0) continue;
      store.fillColumns(series[n]!, fromUs - offsetUs, toUs - offsetUs, columns);
      for (const mw of columns.minMw) if (mw < low) low = mw;
      for (const mw of columns.maxMw) if (mw > high) high = mw;
    }
  });
  if (low > high) return { fromW: 0, toW: 1 };
  const [lowW, highW] = [low * wattsPerMw, high * wattsPerMw];
  if (isCropped) {
    const spare = Math.max((highW - lowW) * headroom, 0.01);
    return { fromW: lowW - spare, toW: highW + spare };
  }
  const spare = Math.max((highW - Math.min(lowW, 0)) * headroom, 0.01);
  return { fromW: lowW < 0 ? lowW - spare : 0, toW: Math.max(highW, 0) + spare };
}

export const sameHeight = (a: PowerRange, b: PowerRange | undefined): boolean =>
  a.fromW === b?.fromW && a.toW === b.toW;
