import type { Readings } from '../model/readings.js';
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

/** A grid as fine as readings come, or as fits, and the place of each on it. */
export function gridded({ timeUs, count }: Readings, usualUs: number) {
  const startUs = timeUs[0]!;
  const stepUs = Math.max(usualUs, (timeUs[count - 1]! - startUs) / (stepsMax - 1));
  const steps = Math.round((timeUs[count - 1]! - startUs) / stepUs) + 1;
  const places = Int32Array.from({ length: count }, (_, n) =>
    Math.min(steps - 1, Math.round((timeUs[n]! - startUs) / stepUs)),
  );
  return { stepUs, steps, places };
}

/** Each reading in its place on a grid as fine as they come; of more than fit, the first in each place. */
export function pairedSeries(readings: Readings, { referenceW }: Fit, usualUs: number): PairedSeries | null {
  const { valueW, count } = readings;
  const { stepUs, steps, places } = gridded(readings, usualUs);
  if (!(steps >= stepsMin)) return null;
  const reference = new Float64Array(steps).fill(Number.NaN);
  const said = new Float64Array(steps).fill(Number.NaN);
  for (let n = 0; n < count; n++) {
    const place = places[n]!;
    if (!Number.isNaN(reference[place])) continue;
    reference[place] = referenceW[n]!;
    said[place] = valueW[n]!;
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
