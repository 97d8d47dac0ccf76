import { robustScatter } from '../quantile.js';
import type { Kernel } from './kernel.js';
import type { Line } from './line.js';
import type { Readings } from './readings.js';

/** A uniform error has this share of its width as standard deviation. */
const uniform = 1 / Math.sqrt(12);
/** Below what any sensor rounds to, W. */
const scatterFloorW = 1e-3;

/** Standard deviation of a reading by itself, W: robust, and not below what rounding does. */
export function readingScatter(referenceW: Float64Array, { valueW, stepW }: Readings, line: Line): number {
  const residuals: number[] = [];
  for (let n = 0; n < valueW.length; n++) {
    const residual = valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
    if (!Number.isNaN(residual)) residuals.push(residual);
  }
  return Math.max(robustScatter(residuals), stepW * uniform, scatterFloorW);
}

/** Weights by the reading's scatter, and by how much the power changes within the uncertainty of its instant. */
export function weightsOf(
  kernel: Kernel,
  readings: Readings,
  delayUs: number,
  widthUs: number,
  gain: number,
  scatterW: number,
): Float64Array {
  const weights = new Float64Array(readings.count).fill(1 / scatterW ** 2);
  if (readings.jitterUs.every((us) => us === 0)) return weights;
  const before = new Float64Array(readings.count);
  const behind = new Float64Array(readings.count);
  const stepUs = 500;
  kernel.fill(readings, delayUs + stepUs, widthUs, before);
  kernel.fill(readings, delayUs - stepUs, widthUs, behind);
  for (let n = 0; n < readings.count; n++) {
    const slope = (gain * (behind[n]! - before[n]!)) / (2 * stepUs);
    if (!Number.isNaN(slope)) weights[n] = 1 / (scatterW ** 2 + (slope * readings.jitterUs[n]!) ** 2);
  }
  return weights;
}
