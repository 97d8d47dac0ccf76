import type { LagStep } from './change.js';
import type { FittedSegment } from './segments.js';

/** How much better, in chi-square, two lags have to explain the run than one: they are the best of many. */
const convincing = 100;
/** Fewer parts on one side are no side. */
const fewestParts = 2;

/**
 * The one place at which the run falls into two lags, where no part tells one by itself: those of a side tell it together. Null
 * where one lag explains the run as well, nearly.
 */
export function joinedStep(parts: readonly FittedSegment[]): LagStep | null {
  let best: (LagStep & { readonly misfit: number }) | null = null;
  for (let n = fewestParts; n < parts.length - fewestParts; n++) {
    const [before, behind] = [bestLag(parts.slice(0, n)), bestLag(parts.slice(n + 1))];
    const misfit = before.misfit + behind.misfit;
    const { fromUs, toUs } = parts[n]!;
    if (!best || misfit < best.misfit)
      best = { fromUs, toUs, beforeUs: before.delayUs, behindUs: behind.delayUs, misfit };
  }
  return best && bestLag(parts).misfit - best.misfit > convincing ? best : null;
}

/** The lag that fits parts best together. */
function bestLag(parts: readonly FittedSegment[]): { delayUs: number; misfit: number } {
  const { lagsUs } = parts[0]!;
  const sums = lagsUs.map((_, n) => parts.reduce((sum, { misfits }) => sum + misfits[n]!, 0));
  const misfit = Math.min(...sums);
  return { delayUs: lagsUs[sums.indexOf(misfit)]!, misfit };
}
