import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';

/** Fewer readings do not tell. */
const fewest = 20;
/** Of more scatters than this a residual counts as this: a reading on an edge may lie anywhere. */
const mostScatters = 5;

/** What a fit leaves of the readings. */
export interface Leftover {
  /** Root of its mean square, W. */
  readonly rmsW: number;
  /**
   * Half of von Neumann's ratio, mean square successive difference over variance (Ann. Math. Statist. 12, 1941): 1 of noise, near 0 of what goes up
   * and down slowly, which is a curve that the fit has not; 1 where too few readings tell.
   */
  readonly whiteness: number;
}

/** A value that only repeats the one before tells nothing of its own, and is left out. */
export function leftover({ line, referenceW, scatterW }: Fit, { valueW, count }: Readings): Leftover {
  const mostW = mostScatters * scatterW;
  let [squares, differences, told, before] = [0, 0, 0, Number.NaN];
  for (let n = 0; n < count; n++) {
    const leftW = valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
    const residualW = Math.max(-mostW, Math.min(mostW, leftW));
    if (Number.isNaN(residualW) || (n > 0 && valueW[n] === valueW[n - 1])) continue;
    squares += residualW ** 2;
    if (!Number.isNaN(before)) differences += (residualW - before) ** 2;
    before = residualW;
    told++;
  }
  return {
    rmsW: Math.sqrt(squares / told),
    whiteness: told < fewest || squares === 0 ? 1 : differences / (2 * squares),
  };
}
