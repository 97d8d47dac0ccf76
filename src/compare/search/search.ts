import { boxcar, counter, type Kernel, type Known, onePole } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import { median } from '../quantile.js';
import { chooseReadings } from './choice.js';
import { type Candidate, searchLags, searchWindows } from './coarse.js';
import { costOf, type Fit, fitAbout, fitAt, noiseSlack, type Place, refine } from './fit.js';

/** Readings that the whole range is searched with, and those that the best places are fitted with. */
const searched = 600;
const fitted = 1500;
const refinedMost = 24;
const kept = 8;
/** A place that leaves more than the best one by this share of what that leaves is out of the question. */
const hopeless = 0.6;
/** A low-pass has to leave less than a window by this share. */
const lowPassGain = 0.05;
/**
 * Values that are polled at any age are blurred by that as by a low-pass: by up to 0.29 of the poll interval, and with a window as long
 * as the interval by 0.41. A time constant has to be more than this share of the interval, and to leave less by this.
 */
const agedShare = 0.45;
const agedGain = 0.3;
/** A window that explains less than this may have been found in place of a low-pass. */
const wellExplained = 0.995;
/** A low-pass that fits worse by less than this, in chi-square, is possible. */
const asGood = 25;
const searchedByLowPass = 150;
/** Below this time constant the updates' own jitter looks like a low-pass, µs. */
export const shortestUs = 5000;
/** Time constant of a low-pass that rises about as a window does, as a share of it. */
const soonShare = 0.4;
const timeConstantsUs = [40_000, 120_000, 350_000];
/** Places closer than this are the same, µs and as a factor of the width. */
const sameDelayUs = 4000;
const sameWidth = 1.25;

/** The best fit, and the places that were in question beside it. */
export interface Found {
  readonly best: Fit;
  readonly others: readonly Fit[];
  /** What they were fitted to. */
  readonly readings: Readings;
}

/** Looks for the lag and the window that explain the readings; null where no place covers enough of them. */
export function findFit(
  known: Known,
  readings: Readings,
  rangeUs: readonly [number, number],
  loadPeriodUs: number | null,
): Found | null {
  const few = chooseReadings(readings, searched, 1);
  const kernel = readings.spanUs ? counter(known, median(readings.spanUs)) : boxcar(known);
  const candidates = readings.spanUs
    ? searchLags(kernel, few, median(readings.spanUs), rangeUs)
    : searchWindows(known.reference, few, rangeUs);
  if (candidates.length === 0) return null;
  const refined = distinct(
    distinct(candidates)
      .slice(0, refinedMost)
      .map((candidate) => refine(kernel, few, null, candidate, 40, 4000))
      .filter(({ cost }) => Number.isFinite(cost)),
  ).slice(0, kept);
  if (refined.length === 0) return null;
  const asked = distinct([...refined, ...periodic(kernel, few, refined[0]!, loadPeriodUs, rangeUs)]);
  const many = chooseReadings(readings, fitted, 2);
  const limit = asked[0]!.cost + hopeless * fitAt(kernel, few, asked[0]!).line.residual;
  const fits = asked
    .slice(0, kept)
    .filter(({ cost }) => cost <= limit)
    .map((place) => fitAbout(kernel, many, place, 60));
  return settle(fits, many);
}

/** The fits in their order, measured with the weights of the best one. */
function settle(fits: readonly Fit[], readings: Readings): Found | null {
  let best = fits[0];
  if (!best) return null;
  for (let round = 0; round < 2; round++) {
    const weights: Float64Array = best.weights;
    const costs = fits.map((fit) => costOf(fit.kernel, readings, weights)(fit));
    best = fits[costs.indexOf(Math.min(...costs))] ?? best;
  }
  return { best, others: fits.filter((fit) => fit !== best), readings };
}

/**
 * A sensor that was found as a window, as a low-pass instead; null where that does not fit better by a clear part of what is left.
 * @param agedUs how old values may have been when they were polled; 0 where their instants are known
 */
export function asLowPass(
  known: Known,
  { best, readings }: Pick<Found, 'best' | 'readings'>,
  rangeUs: readonly [number, number],
  agedUs: number,
): Fit | null {
  if (best.kernel.kind !== 'boxcar') return null;
  const few = chooseReadings(readings, searched, 3);
  const kernel = onePole(known);
  const window = fitAt(best.kernel, few, best);
  const gain = agedUs > 0 ? agedGain : lowPassGain;
  const limit = costOf(best.kernel, few, null)(best) - gain * window.line.residual;
  const start = lowPassPlaces(kernel, few, best, best.explained < wellExplained ? rangeUs : null)
    .map((place) => refine(kernel, few, null, place, 50, 4000))
    .reduce((a, b) => (b.cost < a.cost ? b : a));
  const slack = noiseSlack(
    { ...window, kernel: { ...kernel, noiseVariance: best.kernel.noiseVariance } },
    start,
  );
  const swap =
    window.line.gain ** 2 *
    Math.abs(kernel.noiseVariance(start.widthUs) - best.kernel.noiseVariance(start.widthUs));
  const isBetter =
    start.cost < limit - slack - swap * lowPassGain &&
    start.widthUs > Math.max(shortestUs, agedShare * agedUs) &&
    isBetterWeighed();
  return isBetter ? fitAbout(kernel, chooseReadings(readings, searched, 4), start, 40) : null;

  /** A few readings that both leave far off must not decide it. */
  function isBetterWeighed(): boolean {
    const { weights, line } = window;
    const { cost } = refine(kernel, few, weights, start, 40, 2000);
    return cost < costOf(best.kernel, few, weights)(best) - lowPassGain * line.residual;
  }
}

/** The lag of a low-pass that fits about as well as a window, or better, and how likely it is of the two; null where none does. */
export function otherKernel(
  known: Known,
  readings: Readings,
  fit: Fit,
): { readonly delayUs: number; readonly likelihood: number } | null {
  if (fit.kernel.kind !== 'boxcar') return null;
  const few = chooseReadings(readings, searched, 6, fit.referenceW);
  const kernel = onePole(known);
  const window = fitAt(fit.kernel, few, fit);
  const best = lowPassPlaces(kernel, few, fit, null)
    .map((place) => refine(kernel, few, window.weights, place, 60, 4000))
    .reduce((a, b) => (b.cost < a.cost ? b : a));
  const { weight, residual, count } = window.line;
  const worse = best.cost - costOf(fit.kernel, few, window.weights)(window);
  const rise = (worse * weight) / Math.max(1, (residual * weight) / count);
  return rise < asGood ? { delayUs: best.delayUs, likelihood: 1 / (1 + Math.exp(rise / 2)) } : null;
}

/** The window that scatters as much as a low-pass. */
export const sameSpread = ({ delayUs, widthUs }: Place): Place => ({
  delayUs,
  widthUs: widthUs * Math.sqrt(12),
});

/** Low-passes near the best window, and all over the range where no window does well. */
function lowPassPlaces(
  kernel: Kernel,
  readings: Readings,
  best: Place,
  rangeUs: readonly [number, number] | null,
): Place[] {
  // An exponential of time constant W/√12 scatters as much as a window W.
  const near: Place[] = [best.widthUs / Math.sqrt(12), best.widthUs / 2].map((widthUs) => ({
    delayUs: best.delayUs,
    widthUs,
  }));
  // Of a single edge the first reading that sees it is the same for both: from a place that does not see it yet no descent leads there.
  const asSoonUs = soonShare * best.widthUs;
  near.push({ delayUs: best.delayUs - best.widthUs / 2 + asSoonUs, widthUs: asSoonUs });
  if (!rangeUs) return near;
  const few = chooseReadings(readings, searchedByLowPass, 5);
  const far = timeConstantsUs
    .flatMap((widthUs) => searchLags(kernel, few, widthUs, rangeUs, 40_000))
    .sort((a, b) => b.explained - a.explained);
  return [...near, ...far.slice(0, 4)];
}

/** Where a periodic load fits as well: half periods of lag, whole periods of window. */
function periodic(
  kernel: Kernel,
  readings: Readings,
  best: Place,
  periodUs: number | null,
  [leastUs, mostUs]: readonly [number, number],
): (Place & { readonly cost: number })[] {
  if (periodUs === null) return [];
  const places: Place[] = [];
  for (let half = -4; half <= 4; half++)
    for (const whole of [-1, 0, 1]) {
      const delayUs = best.delayUs + (half * periodUs) / 2;
      const widthUs = best.widthUs + whole * periodUs;
      const isNew = half !== 0 || (whole !== 0 && kernel.kind !== 'counter');
      if (isNew && widthUs > 1000 && delayUs >= leastUs && delayUs <= mostUs)
        places.push({ delayUs, widthUs });
    }
  return places
    .map((place) => refine(kernel, readings, null, place, 30, 2000))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, kept);
}

type Scored = Candidate | (Place & { readonly cost: number });

const scoreOf = (place: Scored): number => ('cost' in place ? place.cost : -place.explained);

/** The best first, and of those that are the same place only the best. */
function distinct<P extends Scored>(places: readonly P[]): P[] {
  const chosen: P[] = [];
  for (const place of [...places].sort((a, b) => scoreOf(a) - scoreOf(b)))
    if (
      !chosen.some(
        (other) =>
          Math.abs(other.delayUs - place.delayUs) < sameDelayUs &&
          Math.abs(Math.log(other.widthUs / place.widthUs)) < Math.log(sameWidth),
      )
    )
      chosen.push(place);
  return chosen;
}
