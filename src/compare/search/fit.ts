import type { Kernel } from '../model/kernel.js';
import { explained, fitLine, type Line } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import { readingScatter, weightsOf } from '../model/weights.js';
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
  /** Share of the readings' variance that is explained. */
  readonly explained: number;
  /** Weighted mean square of the residuals. */
  readonly cost: number;
}

export interface Place {
  readonly delayUs: number;
  readonly widthUs: number;
}

/** Windows from a tenth of a millisecond to a minute. */
const widthRangeUs = [100, 60e6] as const;
const coveredShareMin = 0.5;

/** The search for a place works with the logarithm of the width. */
export const widthOf = (log: number): number =>
  Math.max(widthRangeUs[0], Math.min(widthRangeUs[1], Math.exp(log)));

/** Weighted mean square of what a place leaves, gain and offset solved; infinite where the line falls or too little is covered. */
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
    return line.gain > 0 ? line.residual : line.readingVariance;
  };
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
export function fitAt(kernel: Kernel, readings: Readings, place: Place, noiseVariance = 0): Fit {
  const referenceW = new Float64Array(readings.count);
  kernel.fill(readings, place.delayUs, place.widthUs, referenceW);
  let line = fitLine(referenceW, readings.valueW, null, noiseVariance);
  let scatterW = readingScatter(referenceW, readings, line);
  let weights = weightsOf(kernel, readings, place.delayUs, place.widthUs, line.gain, scatterW);
  line = fitLine(referenceW, readings.valueW, weights, noiseVariance);
  scatterW = readingScatter(referenceW, readings, line);
  weights = weightsOf(kernel, readings, place.delayUs, place.widthUs, line.gain, scatterW);
  line = fitLine(referenceW, readings.valueW, weights, noiseVariance);
  return {
    kernel,
    delayUs: place.delayUs,
    widthUs: place.widthUs,
    line,
    scatterW,
    weights,
    referenceW,
    explained: explained(line),
    cost: line.residual,
  };
}

/** The best fit about a place: place and weights in turn, until both stay. */
export function fitAbout(kernel: Kernel, readings: Readings, start: Place, evaluations: number): Fit {
  let fit = fitAt(kernel, readings, start);
  for (const stepUs of [3000, 500])
    fit = fitAt(kernel, readings, refine(kernel, readings, fit.weights, fit, evaluations, stepUs));
  return fit;
}
