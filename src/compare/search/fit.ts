import { type Kernel, powersAt } from '../model/kernel.js';
import { explained, fitLine, type Line } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import { readingScatter, Weighing } from '../model/weights.js';
import { descend } from './simplex.js';

/** A sensor as it fits best: how late it is, over what it averages, and its line. */
export interface Fit {
  readonly kernel: Kernel;
  readonly delayUs: number;
  readonly widthUs: number;
  readonly line: Line;
  /** Standard deviation of a reading, W, and the weights that follow from it. */
  readonly scatterW: number;
  readonly weights: Float64Array;
  /** What the reference says for each reading, W. */
  readonly referenceW: Float64Array;
  /** By how much that changes for each µs that a reading is later, W. */
  readonly slopes: Float64Array;
  /** Share of the readings' variance that is explained. */
  readonly explained: number;
}

export interface Place {
  readonly delayUs: number;
  readonly widthUs: number;
}

/** Windows from half a millisecond to a few seconds, as sensors have them. */
export const widthRangeUs = [500, 4e6] as const;
/**
 * Gains of sensors, and of those in another unit; an average over periods of a load fits as well with gains far beyond. One of many cards
 * has a small share, which of another unit would be the gain of such an average.
 */
export const gainRanges = [
  [0.02, 4],
  ...[1e3, 1e6, 1e-3].map((factor) => [0.25 * factor, 4 * factor] as const),
] as const;
const coveredShareMin = 0.5;
/** Windows that differ by more than this factor and fit as well are not told apart. */
const untoldWidth = 1.4;
const polishedMost = 0.12;
const slackDeviations = 3;
const noiseError = 0.06;

/** The search for a place works with the logarithm of the width. */
export const widthOf = (log: number): number =>
  Math.max(widthRangeUs[0], Math.min(widthRangeUs[1], Math.exp(log)));

/** Mean square of what a place leaves, gain and offset solved, without what the reference's noise leaves anyhow; infinite where the line falls or too little is covered. */
export function costOf(
  kernel: Kernel,
  readings: Readings,
  weights: Float64Array | null,
): (place: Place) => number {
  const referenceW = new Float64Array(readings.count);
  return ({ delayUs, widthUs }) => {
    kernel.fill(readings, delayUs, widthUs, referenceW);
    const line = fitLine(referenceW, readings.valueW, weights);
    if (line.count < coveredShareMin * readings.count) return Number.POSITIVE_INFINITY;
    if (!isPlausible(line.gain)) return line.readingVariance;
    // Longer windows average the reference's noise away, which would make them fit better than they do.
    return line.residual - line.gain ** 2 * kernel.noiseVariance(widthUs);
  };
}

const isPlausible = (gain: number): boolean =>
  gainRanges.some(([least, most]) => gain > least && gain < most);

/**
 * By how much the costs of two places may differ by chance alone, W²: the reference's noise is another one in each window, and how large it
 * is is known to some percent.
 */
export function noiseSlack(fit: Fit, place: Place): number {
  const { kernel, line, widthUs, delayUs } = fit;
  const [here, there] = [kernel.noiseVariance(widthUs), kernel.noiseVariance(place.widthUs)];
  const apart = Math.min(1, Math.abs(place.delayUs - delayUs) / Math.max(widthUs, place.widthUs));
  const different = Math.abs(here - there) + Math.min(here, there) * apart;
  const chance = slackDeviations * Math.sqrt(2 / Math.max(line.count, 1));
  return line.gain ** 2 * (chance * different + noiseError * Math.abs(here - there));
}

/** Goes downhill from a place. */
export function refine(
  kernel: Kernel,
  readings: Readings,
  weights: Float64Array | null,
  start: Place,
  evaluations: number,
  stepUs: number,
): Place & { readonly cost: number } {
  const cost = costOf(kernel, readings, weights);
  const found = descend(
    (x, y) => cost({ delayUs: x, widthUs: widthOf(y) }),
    { x: start.delayUs, y: Math.log(start.widthUs) },
    stepUs,
    kernel.kind === 'counter' ? 0 : 0.2,
    evaluations,
    5,
  );
  return { delayUs: found.x, widthUs: widthOf(found.y), cost: found.cost };
}

/** The fit at a place. */
export function fitAt(kernel: Kernel, readings: Readings, place: Place): Fit {
  const noiseVariance = kernel.noiseVariance(place.widthUs);
  const referenceW = powersAt(kernel, readings, place);
  const plain = fitLine(referenceW, readings.valueW, null, noiseVariance);
  const weighing = new Weighing(kernel, readings, place.delayUs, place.widthUs);
  let line = plain;
  let scatterW = readingScatter(referenceW, readings, line);
  let weights = weighing.weights(referenceW, line, scatterW);
  line = fitLine(referenceW, readings.valueW, weights, noiseVariance);
  scatterW = readingScatter(referenceW, readings, line);
  weights = weighing.weights(referenceW, line, scatterW);
  line = fitLine(referenceW, readings.valueW, weights, noiseVariance);
  return {
    kernel,
    delayUs: place.delayUs,
    widthUs: place.widthUs,
    line,
    scatterW,
    weights,
    referenceW,
    slopes: weighing.slopes,
    // Without weights, since those could throw away what does not fit.
    explained: explained(plain),
  };
}

/** The best fit about a place: place and weights in turn, until both stay. */
export function fitAbout(kernel: Kernel, readings: Readings, start: Place, evaluations: number): Fit {
  let fit = fitAt(kernel, readings, start);
  for (const stepUs of [3000, 500])
    fit = fitAt(kernel, readings, refine(kernel, readings, fit.weights, fit, evaluations, stepUs));
  return fit;
}

/**
 * The best fit about a place. Where the load tells little of the window, a short one would bring the reference's noise into the lag: then the
 * window that leaves least, noise and all, is the better one to fit the lag with.
 */
export function settledFit(kernel: Kernel, readings: Readings, start: Place, evaluations: number): Fit {
  const best = fitAbout(kernel, readings, start, evaluations);
  if (kernel.kind !== 'boxcar') return best;
  const plain = refine(
    { ...kernel, noiseVariance: () => 0 },
    readings,
    best.weights,
    best,
    evaluations,
    3000,
  );
  const cost = costOf(kernel, readings, best.weights);
  const isUntold = Math.abs(Math.log(plain.widthUs / best.widthUs)) > Math.log(untoldWidth);
  return isUntold && cost(plain) - cost(best) < noiseSlack(best, plain)
    ? fitAt(kernel, readings, plain)
    : best;
}

/** The last small descent, with as many readings as there are. */
export function polish(kernel: Kernel, readings: Readings, start: Place): Place {
  const { weights } = fitAt(kernel, readings, start);
  const cost = costOf(kernel, readings, weights);
  const found = descend(
    (x, y) => cost({ delayUs: x, widthUs: widthOf(y) }),
    { x: start.delayUs, y: Math.log(start.widthUs) },
    250,
    kernel.kind === 'counter' ? 0 : 0.03,
    30,
    2,
  );
  if (Math.abs(found.y - Math.log(start.widthUs)) < polishedMost)
    return { delayUs: found.x, widthUs: widthOf(found.y) };
  // Where the window is not told apart it stays as it was chosen.
  const { widthUs } = start;
  return {
    delayUs: descend((x) => cost({ delayUs: x, widthUs }), { x: start.delayUs, y: 0 }, 1000, 0, 40, 2).x,
    widthUs,
  };
}
