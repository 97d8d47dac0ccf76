import { quantile, robustScatter } from '../quantile.js';
import { type PowerIntegral, wattsPerMw } from './integral.js';

const samplesPerBlock = 256;
const blocksMax = 800;
/** The noise shows where the load does nothing: in the quietest of the blocks, which are a little too quiet. */
const quietShare = 0.25;
const quietness = 0.955;

/** What the reference's samples scatter by themselves. */
export interface ReferenceNoise {
  /** Standard deviation of one sample, W. */
  readonly sampleW: number;
  /** Median spacing of the samples, µs. */
  readonly spacingUs: number;
  /** The windows that the samples are means over already, and for how much of the time; left out where they are as they were measured. */
  readonly calmShares?: readonly { readonly share: number; readonly windowUs: number }[];
}

const asMeasured = [{ share: 1, windowUs: 0 }];

/** The noise of the samples, from second differences in the quietest stretches, which no slow change of the load enters. */
export function referenceNoise({ timeUs, powerMw }: PowerIntegral): ReferenceNoise {
  const blocks = Math.floor(timeUs.length / samplesPerBlock);
  const stride = Math.max(1, Math.floor(blocks / blocksMax));
  const scatters: number[] = [];
  const spacings: number[] = [];
  for (let block = 0; block < blocks; block += stride) {
    const from = block * samplesPerBlock;
    const seconds = new Float64Array(samplesPerBlock - 2);
    for (let n = 0; n < seconds.length; n++)
      seconds[n] = powerMw[from + n]! - 2 * powerMw[from + n + 1]! + powerMw[from + n + 2]!;
    // The second difference of white noise has six times its variance; edges of the load are few among them.
    scatters.push((robustScatter(seconds) / Math.sqrt(6)) * wattsPerMw);
    spacings.push((timeUs[from + samplesPerBlock - 1]! - timeUs[from]!) / (samplesPerBlock - 1));
  }
  const count = timeUs.length - 1;
  if (scatters.length < 4) return { sampleW: 0, spacingUs: (timeUs[count]! - timeUs[0]!) / count };
  return { sampleW: quantile(scatters, quietShare) / quietness, spacingUs: quantile(spacings, 0.5) };
}

/**
 * Variance that the noise of the samples gives to a mean over a window, W²: that of a white noise whose samples are joined by straight lines,
 * exactly for two spacings and more, and to a hundredth below.
 */
export function meanVariance(noise: ReferenceNoise, windowUs: number): number {
  let variance = 0;
  for (const calm of noise.calmShares ?? asMeasured)
    variance += calm.share * plainVariance(noise, Math.max(windowUs, calm.windowUs));
  return variance;
}

function plainVariance({ sampleW, spacingUs }: ReferenceNoise, windowUs: number): number {
  const spacings = windowUs / spacingUs;
  const share =
    spacings >= 2
      ? 1 / spacings - 7 / 15 / spacings ** 2
      : 2 / 3 - 0.1624 * spacings ** 2 + 0.0457 * spacings ** 3;
  return sampleW ** 2 * share;
}

const steps = 24;

/** Variance that the noise of the samples gives to a mean with an exponential weight, W²: its autocorrelation under one of the same time constant. */
export function lowPassVariance(noise: ReferenceNoise, timeConstantUs: number): number {
  const low = plainLowPassVariance(noise, timeConstantUs);
  let variance = 0;
  for (const { share, windowUs } of noise.calmShares ?? asMeasured)
    variance += share * Math.min(low, plainVariance(noise, windowUs));
  return variance;
}

function plainLowPassVariance({ sampleW, spacingUs }: ReferenceNoise, timeConstantUs: number): number {
  // From 0 to two spacings, beyond which the lines between samples have nothing in common.
  let sum = 0;
  for (let n = 0; n < steps; n++) {
    const lag = ((n + 0.5) * 2) / steps;
    const likeness = lag < 1 ? 2 / 3 - lag ** 2 + lag ** 3 / 2 : (2 - lag) ** 3 / 6;
    const [from, to] = [(n * 2) / steps, ((n + 1) * 2) / steps];
    const decay = spacingUs / timeConstantUs;
    sum += likeness * (Math.exp(-from * decay) - Math.exp(-to * decay));
  }
  return sampleW ** 2 * sum;
}
