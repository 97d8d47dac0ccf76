import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import { likeness, strides } from './correspondence.js';
import { gridded } from './series.js';

/** What the two do over some updates is as alike as this, by so many standard deviations, where they are of one load. */
const alike = 0.6;
const zMin = 10;

/**
 * How late the readings are where they are most like the reference, all over the run, µs; null where they are nowhere like it. Clocks
 * may be so far apart that the fit does not look there.
 */
export function farLag(reference: PowerIntegral, readings: Readings, usualUs: number): number | null {
  const { timeUs, valueW, count } = readings;
  const { stepUs, places, steps } = gridded(readings, usualUs);
  if (steps < 8) return null;
  const power = Float64Array.from({ length: steps }, (_, n) => {
    const us = timeUs[0]! + n * stepUs;
    return reference.meanW(us - stepUs, us);
  });
  const said = new Float64Array(steps).fill(Number.NaN);
  for (let n = 0; n < count; n++) said[places[n]!] = valueW[n]!;
  const { elsewhere, z, r } = likeness(strides(power), strides(said), 0);
  const isAlike = elsewhere.r > alike && (z / r) * elsewhere.r > zMin;
  return isAlike ? elsewhere.steps * stepUs : null;
}
