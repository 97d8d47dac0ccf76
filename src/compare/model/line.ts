/** The straight line that readings follow over the reference: reading = gain · reference + offset. */
export interface Line {
  readonly gain: number;
  readonly offsetW: number;
  /** Weights of the readings that the reference says something about. */
  readonly weight: number;
  readonly count: number;
  /** Weighted mean square of what is left, W². */
  readonly residual: number;
  /** Weighted variance of the readings and of the reference, W². */
  readonly readingVariance: number;
  readonly referenceVariance: number;
  readonly referenceMeanW: number;
}

/**
 * Least squares with a weight for each reading; what is NaN has none.
 * @param noiseVariance what the reference's own noise adds to its variance, W²: left in, it would flatten the line
 */
export function fitLine(
  referenceW: Float64Array,
  readingW: Float64Array,
  weights: Float64Array | null,
  noiseVariance = 0,
): Line {
  let [weight, count, sumX, sumY] = [0, 0, 0, 0];
  for (let n = 0; n < readingW.length; n++) {
    const w = weights ? weights[n]! : 1;
    const x = referenceW[n]!;
    if (!(w > 0) || Number.isNaN(x)) continue;
    weight += w;
    count++;
    sumX += w * x;
    sumY += w * readingW[n]!;
  }
  if (count === 0) return nothing;
  const [meanX, meanY] = [sumX / weight, sumY / weight];
  let [xx, xy, yy] = [0, 0, 0];
  for (let n = 0; n < readingW.length; n++) {
    const w = weights ? weights[n]! : 1;
    const x = referenceW[n]! - meanX;
    if (!(w > 0) || Number.isNaN(x)) continue;
    const y = readingW[n]! - meanY;
    xx += w * x * x;
    xy += w * x * y;
    yy += w * y * y;
  }
  const spread = Math.max(xx - noiseVariance * weight, xx * 0.7);
  const gain = spread > 0 ? xy / spread : 0;
  return {
    gain,
    offsetW: meanY - gain * meanX,
    weight,
    count,
    residual: Math.max(0, yy - 2 * gain * xy + gain * gain * xx) / weight,
    readingVariance: yy / weight,
    referenceVariance: xx / weight,
    referenceMeanW: meanX,
  };
}

const nothing: Line = {
  gain: 0,
  offsetW: 0,
  weight: 0,
  count: 0,
  residual: Number.NaN,
  readingVariance: 0,
  referenceVariance: 0,
  referenceMeanW: 0,
};

/** Share of the readings' variance that the line explains. */
export const explained = ({ residual, readingVariance }: Line): number =>
  readingVariance > 0 ? 1 - residual / readingVariance : 0;
