import type { PowerIntegral } from '../reference/integral.js';
import { circularCorrelation } from './fft.js';
import { type PairedSeries, swings } from './series.js';

/** How one sort of change of the two series goes together. */
export interface Likeness {
  /** Correlation where the fit has put them. */
  readonly r: number;
  /** In standard deviations of what chance gives. */
  readonly z: number;
  /** Over the best correlation at any lag elsewhere around the circle. */
  readonly ratio: number;
}

export interface Correspondence {
  readonly levels: Likeness;
  readonly steps: Likeness;
  readonly strides: Likeness;
  readonly whitened: Likeness;
  /** Swings of the load that it rests on. */
  readonly events: number;
}

const fewestPlaces = 8;
/** A stride is this many updates. */
const strideSteps = 8;
/** A swing is at least this part of the load's whole range. */
const swingShare = 0.25;
/** Where swings are counted over the whole of a reference, steps are not shorter, µs, and not more. */
const leastStepUs = 50_000;
const stepsMax = 16_384;

/** Moves the reference around the circle through every lag: two traces of one device agree at one place as nowhere else. */
export function correspondence(series: PairedSeries, windowUs: number): Correspondence {
  const near = Math.ceil(windowUs / series.stepUs) + 3;
  const of = (change: (values: Float64Array) => Float64Array, reach: number) =>
    likeness(change(series.reference), change(series.readings), near + reach);
  const filter = autoregression(series.reference);
  return {
    levels: of((values) => values.slice(), 0),
    steps: of((values) => differences(values, 1), 1),
    strides: of(strides, strideSteps),
    whitened: of((values) => whiten(values, filter), 2),
    events: swings(series.reference, swingShare),
  };
}

/** @param near how many steps on both sides of the fit are its own place */
function likeness(x: Float64Array, y: Float64Array, near: number): Likeness {
  const { around, count } = correlations(x, y);
  let [here, elsewhere] = [around[0]!, 0];
  for (let lag = 1; lag < around.length; lag++) {
    const distance = Math.min(lag, around.length - lag);
    if (distance <= 1) here = Math.max(here, around[lag]!);
    else if (distance > near) elsewhere = Math.max(elsewhere, around[lag]!);
  }
  const ratio = elsewhere > 0 ? here / elsewhere : here === 0 ? 0 : Number.POSITIVE_INFINITY;
  return { r: here, z: here * Math.sqrt(count), ratio };
}

/** Correlation of two series at each lag around the circle, 0 throughout where one of them does not change; and of how many places that both have. */
export function correlations(x: Float64Array, y: Float64Array) {
  let [count, sumX, sumY] = [0, 0, 0];
  for (let n = 0; n < x.length; n++) {
    if (Number.isNaN(x[n]) || Number.isNaN(y[n])) continue;
    count++;
    sumX += x[n]!;
    sumY += y[n]!;
  }
  const centred = (values: Float64Array, mean: number) =>
    values.map((value) => (!Number.isNaN(value) ? value - mean : 0));
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  const [centredX, centredY] = [centred(x, sumX / count), centred(y, sumY / count)];
  const size = Math.sqrt(squares(centredX) * squares(centredY));
  if (count < fewestPlaces || !(size > 0)) return { around: new Float64Array(x.length), count };
  return { around: circularCorrelation(centredX, centredY).map((sum) => sum / size), count };
}

/** What a series does within some updates. */
export const strides = (values: Float64Array): Float64Array => differences(values, strideSteps);

const differences = (values: Float64Array, by: number): Float64Array =>
  values.subarray(by).map((value, n) => value - values[n]!);

/** The two coefficients with which a series follows from its last two values. */
function autoregression(values: Float64Array): readonly [number, number] {
  let [count, sum] = [0, 0];
  for (const value of values)
    if (!Number.isNaN(value)) {
      count++;
      sum += value;
    }
  const mean = sum / Math.max(count, 1);
  const moments = [0, 1, 2].map((lag) => {
    let total = 0;
    for (let n = lag; n < values.length; n++) {
      const part = (values[n]! - mean) * (values[n - lag]! - mean);
      if (!Number.isNaN(part)) total += part;
    }
    return total;
  }) as [number, number, number];
  const [zero, one, two] = moments;
  const determinant = zero * zero - one * one;
  if (!(determinant > 1e-9 * zero * zero)) return [1, 0];
  return [(one * zero - one * two) / determinant, (zero * two - one * one) / determinant];
}

const whiten = (values: Float64Array, [first, second]: readonly [number, number]): Float64Array =>
  values.subarray(2).map((value, n) => value - first * values[n + 1]! - second * values[n]!);

/** How often a reference goes up or down by a good part of what it goes in all, as readings so far apart would see it. */
export function eventsOf(reference: PowerIntegral, usualUs: number): number {
  const stepUs = Math.max(usualUs, leastStepUs, (reference.endUs - reference.startUs) / stepsMax);
  const steps = Math.floor((reference.endUs - reference.startUs) / stepUs);
  const series = Float64Array.from({ length: steps }, (_, n) =>
    reference.meanW(reference.startUs + n * stepUs, reference.startUs + (n + 1) * stepUs),
  );
  return swings(series, swingShare);
}
