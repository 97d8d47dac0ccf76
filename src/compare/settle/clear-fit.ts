import type { Kernel, Known } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import { powerSlopes } from '../model/slopes.js';
import { type Fit, fitAbout } from '../search/fit.js';

/** Within so small a part of the width the noise changes evenly with the lag, and there is no other place where it fits as well. */
const clearShare = 0.1;
/** Chance alone moves a lag by more in one case of twenty, in standard deviations. */
const chance = 2;
const evaluations = 60;

/**
 * A fit to the samples without their noise, made again with those that were measured. In smoothed samples a window looks narrower than it is, and
 * the lag moves with it: by the measured ones it scatters more, but about the true one. Null where that could be chance alone.
 * @param calm to all of the readings
 * @param chosen those of all readings that the lag is fitted with
 */
export function clearFit(calm: Fit, all: Readings, chosen: Readings, measured: Known): Fit | null {
  if (calm.kernel.kind === 'counter') return null;
  const kernel = calm.kernel.over(measured);
  const chanceUs = chance * deviation(calm, kernel, all);
  if (!(chanceUs < clearShare * calm.widthUs)) return null;
  const fit = fitAbout(kernel, chosen, calm, evaluations);
  return Math.abs(fit.delayUs - calm.delayUs) > chanceUs ? fit : null;
}

/** Of the lag by the measured samples, µs: what they scatter changes with the lag as well, and tells nothing. */
function deviation(calm: Fit, kernel: Kernel, all: Readings): number {
  const { line, weights, slopes: load } = calm;
  const noise = line.gain ** 2 * kernel.noiseVariance(calm.widthUs);
  const both = powerSlopes(kernel, all, calm);
  let [information, scatter] = [0, 0];
  for (let n = 0; n < all.count; n++) {
    const weight = line.gain ** 2 / (1 / weights[n]! + noise);
    information += weight * load[n]! ** 2 || 0;
    scatter += weight * both[n]! ** 2 || 0;
  }
  return Math.sqrt(scatter) / information;
}
