import type { FitIntervals } from '../intervals/intervals.js';
import { asGoodRise, Rises } from '../intervals/profile.js';
import type { Readings } from '../model/readings.js';
import { type Fit, type Place, refine } from '../search/fit.js';
import { type LoadPeriod, repeatsItself } from './load-period.js';

/** Other places that fit nearly as well. */
export interface Ambiguity {
  /** Other lags, with the width that fits there. */
  readonly lags: readonly Place[];
  /** Other windows at the same lag. */
  readonly widths: readonly Place[];
  /** How far the lags reach that fit as well and hang together with the best one, µs. */
  readonly below: number;
  readonly above: number;
}

/** A period of the load away it may be worse by this share of what is left: the reference's samples meet the edges elsewhere there. */
const excessMax = 0.5;
/** Lags closer than this are the same one, µs. */
const sameLagUs = 8000;
const sameWidth = 1.3;
const lagsMax = 60;

export function ambiguityOf(
  readings: Readings,
  fit: Fit,
  others: readonly Place[],
  intervals: FitIntervals,
  period: LoadPeriod | null,
  rangeUs: readonly [number, number],
  usualUs: number,
): Ambiguity {
  const rises = new Rises(readings, fit);
  const sameUs = Math.max(
    sameLagUs,
    0.1 * usualUs,
    2 * Math.max(intervals.delayUs.below, intervals.delayUs.above),
  );
  const lags: Place[] = [];
  const widths: Place[] = [];
  let [below, above] = [0, 0];
  const consider = (place: Place, isRepeated: boolean) => {
    if (!(rises.at(place) < asGoodRise || (isRepeated && rises.excess(place) < excessMax))) return;
    const isSameLag = (other: Place) => Math.abs(other.delayUs - place.delayUs) < sameUs;
    if (!isSameLag(fit)) {
      if (hangsTogether(rises, fit, place)) {
        below = Math.max(below, fit.delayUs - place.delayUs);
        above = Math.max(above, place.delayUs - fit.delayUs);
      } else if (!lags.some(isSameLag)) lags.push(place);
    } else if (isOtherWidth(place, fit, intervals) && fit.kernel.kind === 'boxcar') widths.push(place);
  };
  for (const other of others) consider(other, false);
  for (const place of repeated(readings, fit, period, rangeUs)) consider(place, true);
  return { lags: lags.sort((a, b) => a.delayUs - b.delayUs), widths, below, above };
}

/** Whether all between two places fits as well: then they are one lag that is not known better. */
function hangsTogether(rises: Rises, fit: Place, place: Place): boolean {
  const sign = Math.sign(place.delayUs - fit.delayUs);
  const distanceUs = Math.abs(place.delayUs - fit.delayUs);
  const rise = rises.alongDelay(sign);
  return [0.25, 0.5, 0.75].every((share) => rise(share * distanceUs) < asGoodRise);
}

function isOtherWidth(place: Place, fit: Fit, { widthUs }: FitIntervals): boolean {
  const distance = place.widthUs - fit.widthUs;
  const isOutside = distance > 2 * widthUs.above || -distance > 2 * widthUs.below;
  return isOutside && Math.abs(Math.log(place.widthUs / fit.widthUs)) > Math.log(sameWidth);
}

/** The lags whole periods of the load away, and the windows longer or shorter by one. */
function repeated(
  readings: Readings,
  fit: Fit,
  period: LoadPeriod | null,
  [leastUs, mostUs]: readonly [number, number],
): Place[] {
  if (!period) return [];
  const { periodUs } = period;
  const places: Place[] = [];
  // One that repeats itself does, whether the lags about it are likely or not.
  const next = repeatsItself(period) ? periodUs : 0;
  const from = Math.min(leastUs, fit.delayUs - next);
  const to = Math.max(mostUs, fit.delayUs + next);
  const first = Math.max(-lagsMax / 2, Math.ceil((from - fit.delayUs) / periodUs));
  for (let n = first; n <= lagsMax / 2 && fit.delayUs + n * periodUs <= to + 1; n++)
    if (n !== 0) places.push({ delayUs: fit.delayUs + n * periodUs, widthUs: fit.widthUs });
  if (fit.kernel.kind !== 'counter')
    for (const whole of [-2, -1, 1, 2]) {
      const widthUs = fit.widthUs + whole * periodUs;
      if (widthUs > 1000) places.push({ delayUs: fit.delayUs, widthUs });
    }
  return places.map((place) => refine(fit.kernel, readings, fit.weights, place, 24, 1000));
}
