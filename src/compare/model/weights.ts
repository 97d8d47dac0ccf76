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
  const variances = alone(readings, scatterW, gain ** 2 * kernel.noiseVariance(widthUs));
  if (readings.jitterUs.some((us) => us > 0)) {
    const before = new Float64Array(readings.count);
    const behind = new Float64Array(readings.count);
    const stepUs = 500;
    kernel.fill(readings, delayUs + stepUs, widthUs, before);
    kernel.fill(readings, delayUs - stepUs, widthUs, behind);
    for (let n = 0; n < readings.count; n++) {
      const slope = (gain * (behind[n]! - before[n]!)) / (2 * stepUs);
      if (!Number.isNaN(slope)) variances[n]! += (slope * readings.jitterUs[n]!) ** 2;
    }
  }
  return variances.map((variance) => 1 / variance);
}

/**
 * Variance of each reading by itself, W². What a sensor rounds away is the same each time that it says the same, unless its own noise
 * blurs it: a hundred readings of one rounded level know it no better than one.
 */
function alone({ valueW, stepW }: Readings, scatterW: number, noiseVariance: number): Float64Array {
  const rounding = (stepW * uniform) ** 2;
  const own = Math.max(0, scatterW ** 2 - rounding - noiseVariance);
  const shared = rounding * Math.exp(-2 * Math.PI ** 2 * (own / stepW ** 2));
  if (!(shared > 0.02 * scatterW ** 2)) return new Float64Array(valueW.length).fill(scatterW ** 2);
  const times = new Map<number, number>();
  for (const watts of valueW) times.set(watts, (times.get(watts) ?? 0) + 1);
  return valueW.map((watts) => scatterW ** 2 + (times.get(watts)! - 1) * shared);
}
