import { median, quantile, robustScatter } from '../quantile.js';
import type { Kernel } from './kernel.js';
import type { Line } from './line.js';
import type { Readings } from './readings.js';
import { powerSlopes } from './slopes.js';

/** A uniform error has this share of its width as standard deviation. */
const uniform = 1 / Math.sqrt(12);
/** Below what any sensor rounds to, W. */
const scatterFloorW = 1e-3;

/** Standard deviation of a reading by itself, W: robust, and not below what rounding does. */
export function readingScatter(referenceW: Float64Array, { valueW, stepW }: Readings, line: Line): number {
  const residuals = valueW
    .map((watts, n) => watts - line.gain * referenceW[n]! - line.offsetW)
    .filter((residual) => !Number.isNaN(residual));
  return Math.max(robustScatter(residuals), stepW * uniform, scatterFloorW);
}

/** The steepest part of the readings shows what the instants scatter. */
const steepShare = 0.12;
const steepMin = 24;
/** Instants that would scatter more are a wrong model, µs. */
const jitterMaxUs = 20_000;
const ownShare = 0.4;

/** Weights by the reading's scatter, and by how much the power changes within the uncertainty of its instant. */
export class Weighing {
  readonly #readings: Readings;
  /** W of the reference for each µs. */
  readonly slopes: Float64Array;
  readonly #noiseVariance: number;

  constructor(kernel: Kernel, readings: Readings, delayUs: number, widthUs: number) {
    this.#readings = readings;
    this.slopes = powerSlopes(kernel, readings, { delayUs, widthUs });
    this.#noiseVariance = kernel.noiseVariance(widthUs);
  }

  weights(referenceW: Float64Array, line: Line, scatterW: number): Float64Array {
    const { jitterUs, count } = this.#readings;
    const variances = alone(this.#readings, scatterW, line.gain ** 2 * this.#noiseVariance);
    const seenUs = this.#jitterUs(referenceW, line, scatterW);
    for (let n = 0; n < count; n++) {
      const slope = line.gain * this.slopes[n]!;
      if (!Number.isNaN(slope)) variances[n]! += (slope * Math.max(jitterUs[n]!, seenUs)) ** 2;
    }
    return variances.map((variance) => 1 / variance);
  }

  /** What the instants scatter, by the residuals where the power changes most, µs. */
  #jitterUs(referenceW: Float64Array, line: Line, scatterW: number): number {
    const { valueW, count } = this.#readings;
    const steepness = this.slopes.map((slope) => (Number.isNaN(slope) ? 0 : Math.abs(slope * line.gain)));
    const limit = quantile(steepness, 1 - Math.max(steepShare, steepMin / count));
    if (!(limit > 0)) return 0;
    const squares: number[] = [];
    for (let n = 0; n < count; n++) {
      const residual = valueW[n]! - line.gain * referenceW[n]! - line.offsetW;
      if (steepness[n]! > limit && !Number.isNaN(residual))
        squares.push((residual ** 2 - scatterW ** 2) / steepness[n]! ** 2);
    }
    // The median of the square of a normal number is 0.455 of its variance.
    const variance = squares.length < 8 ? 0 : median(squares) / 0.455;
    return Math.min(jitterMaxUs, Math.sqrt(Math.max(0, variance)));
  }
}

/**
 * Variance of each reading by itself, W². What a sensor rounds away is the same each time that it says the same, unless its own noise
 * blurs it: a hundred readings of one rounded level know it no better than one.
 */
function alone({ valueW, stepW }: Readings, scatterW: number, noiseVariance: number): Float64Array {
  const rounding = (stepW * uniform) ** 2;
  const own = Math.max(0, scatterW ** 2 - rounding - noiseVariance);
  // Of what scatters, not all is the sensor's own noise before it rounds.
  const shared = rounding * Math.exp(-2 * Math.PI ** 2 * ((ownShare * own) / stepW ** 2));
  if (!(shared > 0.02 * scatterW ** 2)) return new Float64Array(valueW.length).fill(scatterW ** 2);
  const times = new Map<number, number>();
  for (const watts of valueW) times.set(watts, (times.get(watts) ?? 0) + 1);
  return valueW.map((watts) => scatterW ** 2 + (times.get(watts)! - 1) * shared);
}
