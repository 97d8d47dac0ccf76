import type { ComparedSpan } from '../comparison.js';
import { type PowerIntegral, wattsPerMw } from '../reference/integral.js';
import type { Cells } from './cells.js';

/** Root mean square of B − A over time, W, with half of its 95 % interval; null where they share no time. */
export interface Deviation {
  readonly rmsW: number;
  readonly errorW: number;
}

/** Parts of the run whose scatter says how far a figure may be off. */
export const blocks = 24;

/** The drawn curve against the reference, as they lie when the reference is moved by a shift; every sample of the reference counts. */
export function deviationOf(
  reference: PowerIntegral,
  cells: Cells,
  valueW: Float64Array,
  shiftUs: number,
  within?: readonly ComparedSpan[],
): Deviation | null {
  const { timeUs, powerMw, gapLimitUs, startUs, endUs } = reference;
  const squares = new Float64Array(blocks);
  const weights = new Float64Array(blocks);
  const parts = within ?? [{ startUs, endUs }];
  for (const part of parts) {
    let cell = 0;
    const first = Math.max(1, reference.sampleAt(part.startUs));
    for (let n = first; n < timeUs.length && timeUs[n]! <= part.endUs; n++) {
      if (timeUs[n]! < part.startUs) continue;
      const us = timeUs[n]! + shiftUs;
      while (cell < valueW.length && cells.toUs[cell]! <= us) cell++;
      if (cell === valueW.length) break;
      const spacingUs = timeUs[n]! - timeUs[n - 1]!;
      if (us < cells.fromUs[cell]! || spacingUs > gapLimitUs) continue;
      const block = Math.min(blocks - 1, Math.floor(((timeUs[n]! - startUs) / (endUs - startUs)) * blocks));
      squares[block]! += (valueW[cell]! - powerMw[n]! * wattsPerMw) ** 2 * spacingUs;
      weights[block]! += spacingUs;
    }
  }
  return rootOfBlocks(squares, weights);
}

/** The root of a weighted mean of squares, and how far blocks of it scatter. */
export function rootOfBlocks(squares: Float64Array, weights: Float64Array): Deviation | null {
  const weight = weights.reduce((sum, each) => sum + each, 0);
  if (!(weight > 0)) return null;
  const mean = squares.reduce((sum, each) => sum + each, 0) / weight;
  let [scatter, used] = [0, 0];
  for (let block = 0; block < squares.length; block++) {
    if (weights[block] === 0) continue;
    used++;
    scatter += (squares[block]! - mean * weights[block]!) ** 2;
  }
  const meanError = used > 1 ? (1.96 * Math.sqrt(scatter * (used / (used - 1)))) / weight : mean;
  const rmsW = Math.sqrt(mean);
  return { rmsW, errorW: rmsW > 0 ? Math.min(rmsW, meanError / (2 * rmsW)) : 0 };
}
