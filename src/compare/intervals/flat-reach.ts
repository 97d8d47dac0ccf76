import type { Readings } from '../model/readings.js';
import { costOf, type Fit } from '../search/fit.js';
import type { Reach } from './intervals.js';

/** A window this wide, µs, sees an event wherever readings are near it, and little of the reference's noise. */
const leastWidthUs = 100_000;
const riseMax = 25;
const farthestUs = 10e6;

/**
 * How far the lag may be moved before a reading objects, µs: far, where the one event of the load lies in a span in which nothing was
 * read. Zero where the next half window is worse already.
 */
export function flatReach(readings: Readings, fit: Fit, usualUs: number): Reach {
  const { kernel, delayUs, weights, line } = fit;
  const widthUs = Math.max(leastWidthUs, 2 * usualUs, fit.widthUs);
  const cost = costOf(kernel, readings, weights);
  const stepUs = widthUs / 2;
  const near = [-1, 0, 1].map((step) => cost({ delayUs: delayUs + step * stepUs, widthUs }));
  const scale = line.weight / Math.max(1, (line.residual * line.weight) / Math.max(line.count, 1));
  const limit = Math.min(...near) + riseMax / scale;
  const reach = (sign: number): number => {
    let steps = 0;
    while (
      steps * stepUs < farthestUs &&
      cost({ delayUs: delayUs + sign * (steps + 1) * stepUs, widthUs }) < limit
    )
      steps++;
    return steps > 1 ? (steps + 1) * stepUs : 0;
  };
  return { below: reach(-1), above: reach(1) };
}
