import { fitLine } from '../model/line.js';
import type { PowerIntegral } from '../reference/integral.js';
import { meanVariance, type ReferenceNoise } from '../reference/noise.js';

/** Below this share of its level, and of a watt, a load does not move. */
const livelyShare = 0.004;
const livelyW = 0.5;
const looks = 4096;

export const flatReason = 'the load is flat: only its level can be compared';

/** Whether a load moves by less than matters, or than its noise. @param scatterW of the load with its noise, W: standard deviation */
export function isFlatLoad(scatterW: number, noiseW: number, levelW: number): boolean {
  const movesW = Math.sqrt(Math.max(0, scatterW ** 2 - noiseW ** 2));
  return movesW < Math.max(livelyW, livelyShare * levelW) || movesW < noiseW;
}

/** Whether a reference is one by itself, looked at over windows as long as readings are apart. */
export function isFlatReference(reference: PowerIntegral, noise: ReferenceNoise, windowUs: number): boolean {
  const { startUs, endUs } = reference;
  const apartUs = Math.max((endUs - startUs) / looks, windowUs);
  const powersW = Float64Array.from({ length: Math.floor((endUs - startUs) / apartUs) }, (_, n) =>
    reference.meanW(startUs + n * apartUs, startUs + n * apartUs + windowUs),
  );
  const { count, referenceVariance, referenceMeanW } = fitLine(powersW, powersW, null);
  const noiseW = Math.sqrt(meanVariance(noise, windowUs));
  return count > 1 && isFlatLoad(Math.sqrt(referenceVariance), noiseW, Math.abs(referenceMeanW));
}
