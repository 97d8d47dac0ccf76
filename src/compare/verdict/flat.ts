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

/** The same of a reference by itself, looked at over windows as long as readings are apart. */
export function isFlatReference(reference: PowerIntegral, noise: ReferenceNoise, windowUs: number): boolean {
  const { startUs, endUs } = reference;
  const apartUs = Math.max((endUs - startUs) / looks, windowUs);
  let [count, sum, squares] = [0, 0, 0];
  for (let us = startUs; us + windowUs <= endUs; us += apartUs) {
    const watts = reference.meanW(us, us + windowUs);
    if (Number.isNaN(watts)) continue;
    count++;
    sum += watts;
    squares += watts * watts;
  }
  const level = sum / count;
  const scatterW = Math.sqrt(Math.max(0, squares / count - level ** 2));
  return count > 1 && isFlatLoad(scatterW, Math.sqrt(meanVariance(noise, windowUs)), Math.abs(level));
}
