import { quantile } from '../quantile.js';
import type { PowerIntegral } from './integral.js';

const wattsPerMw = 1e-3;
const samplesPerBlock = 64;
const blocksMax = 2000;
/** The noise shows where the load does nothing: in the quietest of the blocks. */
const quietShare = 0.15;

/** What the reference's samples scatter by themselves. */
export interface ReferenceNoise {
  /** Standard deviation of one sample, W. */
  readonly sampleW: number;
  /** Median spacing of the samples, µs. */
  readonly spacingUs: number;
}

/** The noise of the samples, from second differences in the quietest stretches, which no slow change of the load enters. */
export function referenceNoise({ timeUs, powerMw }: PowerIntegral): ReferenceNoise {
  const blocks = Math.floor(timeUs.length / samplesPerBlock);
  const stride = Math.max(1, Math.floor(blocks / blocksMax));
  const scatters: number[] = [];
  const spacings: number[] = [];
  for (let block = 0; block < blocks; block += stride) {
    const from = block * samplesPerBlock;
    let squares = 0;
    for (let n = from + 1; n < from + samplesPerBlock - 1; n++) {
      const second = powerMw[n - 1]! - 2 * powerMw[n]! + powerMw[n + 1]!;
      squares += second * second;
    }
    // The second difference of white noise has six times its variance.
    scatters.push(Math.sqrt(squares / (samplesPerBlock - 2) / 6) * wattsPerMw);
    spacings.push((timeUs[from + samplesPerBlock - 1]! - timeUs[from]!) / (samplesPerBlock - 1));
  }
  const count = timeUs.length - 1;
  if (scatters.length < 4) return { sampleW: 0, spacingUs: (timeUs[count]! - timeUs[0]!) / count };
  return { sampleW: quantile(scatters, quietShare), spacingUs: quantile(spacings, 0.5) };
}

/** Variance that the noise gives to a mean over a window, W². */
export const meanVariance = ({ sampleW, spacingUs }: ReferenceNoise, windowUs: number): number =>
  sampleW ** 2 * Math.min(2 / 3, spacingUs / Math.max(windowUs, 1));
