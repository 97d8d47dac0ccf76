import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import type { Fit } from '../search/fit.js';

/** Reference and readings on one grid of time, moved together by the fit; NaN where one of them is missing. */
export interface PairedSeries {
  readonly stepUs: number;
  /** W: what the sensor should have seen, and what it said. */
  readonly reference: Float64Array;
  readonly readings: Float64Array;
}

const stepsMax = 16_384;
const stepsMin = 16;

/** @param usualUs spacing of the readings */
export function pairedSeries(
  integral: PowerIntegral,
  readings: Readings,
  fit: Fit,
  usualUs: number,
): PairedSeries | null {
  const { timeUs, valueW, count, spanUs } = readings;
  const fromUs = Math.max(integral.startUs, timeUs[0]! - fit.delayUs);
  const toUs = Math.min(integral.endUs, timeUs[count - 1]! - fit.delayUs);
  const stepUs = Math.max(usualUs, (toUs - fromUs) / stepsMax);
  const steps = Math.floor((toUs - fromUs) / stepUs);
  if (!(steps >= stepsMin)) return null;
  const instants = Float64Array.from({ length: steps }, (_, n) => fromUs + (n + 0.5) * stepUs + fit.delayUs);
  const reference = new Float64Array(steps);
  fit.kernel.fill(
    {
      ...{ count: steps, timeUs: instants, valueW: reference, jitterUs: reference, stepW: 0 },
      spanUs: spanUs && new Float64Array(steps).fill(stepUs),
      holdUs: readings.holdUs,
    },
    fit.delayUs,
    fit.widthUs,
    reference,
  );
  const said = new Float64Array(steps).fill(Number.NaN);
  for (let n = 0, k = 0; n < steps; n++) {
    while (k + 1 < count && Math.abs(timeUs[k + 1]! - instants[n]!) <= Math.abs(timeUs[k]! - instants[n]!))
      k++;
    if (Math.abs(timeUs[k]! - instants[n]!) <= stepUs) said[n] = valueW[k]!;
  }
  return { stepUs, reference, readings: said };
}

/** How often a series goes up or down by a good part of what it goes in all. */
export function swings(series: Float64Array, share: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const least = share * (high - low);
  if (!(least > 0)) return 0;
  let [count, direction, extreme] = [0, 0, Number.NaN];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series) {
    if (Number.isNaN(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    if (direction === 0) {
      if (value - lowest >= least) direction = 1;
      else if (highest - value >= least) direction = -1;
      if (direction !== 0) {
        count++;
        extreme = value;
      }
    } else if (direction * (value - extreme) > 0) extreme = value;
    else if (Math.abs(value - extreme) >= least) {
      direction = -direction;
      count++;
      extreme = value;
    }
  }
  return count;
}
