import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import { correlations, strides } from './correspondence.js';
import { gridded } from './series.js';

/** What the two do over some updates is as alike as this, by so many standard deviations, where they are of one load. */
const alike = 0.6;
const zMin = 10;
/** And so many times as much as at the lags that are looked at, or at those that are not: a load that repeats itself is alike at many. */
const ratioMin = 1.15;

/**
 * How late the readings are where they are most like the reference, all over the run, µs; null where they are nowhere like it, or as much
 * within the range of lags as without. Clocks may be so far apart that the fit does not look there.
 */
export function mostAlikeLag(
  reference: PowerIntegral,
  readings: Readings,
  usualUs: number,
  [leastUs, mostUs]: readonly [number, number],
): number | null {
  const { timeUs, valueW, count } = readings;
  const { stepUs, places, steps } = gridded(readings, usualUs);
  const power = Float64Array.from({ length: steps }, (_, n) => {
    const us = timeUs[0]! + n * stepUs;
    return reference.meanW(us - stepUs, us);
  });
  const said = new Float64Array(steps).fill(Number.NaN);
  for (let n = 0; n < count; n++) said[places[n]!] = valueW[n]!;
  const { around, count: paired } = correlations(strides(power), strides(said));
  const within = { r: 0, lagUs: 0 };
  const beyond = { r: 0, lagUs: 0 };
  around.forEach((r, lag) => {
    const lagUs = (lag > around.length / 2 ? lag - around.length : lag) * stepUs;
    const best = lagUs < leastUs || lagUs > mostUs ? beyond : within;
    if (r > best.r) Object.assign(best, { r, lagUs });
  });
  const [best, other] = within.r > beyond.r ? [within, beyond] : [beyond, within];
  const isAlike = best.r > alike && best.r * Math.sqrt(paired) > zMin;
  return isAlike && best.r > ratioMin * other.r ? best.lagUs : null;
}
