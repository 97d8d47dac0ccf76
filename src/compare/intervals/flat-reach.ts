import { fitLine } from '../model/line.js';
import { changesOf, pickReadings, type Readings } from '../model/readings.js';
import { powerSlopes, slopeStepUs } from '../model/slopes.js';
import { median } from '../quantile.js';
import { type Fit, widthOf } from '../search/fit.js';
import { descend } from '../search/simplex.js';
import type { Reach } from './intervals.js';

/** Readings at the steepest places, each with the one before it, and so many of the others. */
const steepest = 200;
const others = 200;
/** A low-pass costs many times what a window does. */
const lowPassShare = 0.3;
/** Rises that no noise of the reference comes near, and the one that chance reaches once in twenty. */
const levels = [100, 400] as const;
const rise95 = 3.84;
/** Steps outwards, µs: the first, how they grow, and where it is given up. */
const firstUs = 1000;
const growth = 1.5;
const farthestUs = 10e6;
const halvings = 5;
/** The narrowest window passes between two readings where a wider one meets one of them. */
const narrowUs = 500;
const narrowings = [1, 0.7, 0.4, 0];

/**
 * How far the lag may be moved before a reading objects, µs. A few edges may lie between readings, where nothing changes as long as none of
 * them meets one: then how the fit falls off about its best place says nothing. So it is asked where the fit is clearly worse and where very
 * clearly, and the way from the one to the other leads back to where chance ends: to a fifth of the first
 * where the rise is a parabola, to the wall itself where it is one.
 */
export function flatReach(all: Readings, fit: Fit, usualUs: number): Reach {
  const readings = telling(all, fit);
  const rise = riseOf(readings, fit, Math.max(fit.widthUs, usualUs));
  // What rises evenly would with all readings rise so much more.
  const least = (rise95 * readings.count) / all.count;
  const reach = (sign: number): number => {
    const [clear, veryClear] = crossings((distanceUs) => rise(sign * distanceUs));
    if (veryClear >= farthestUs) return clear >= farthestUs ? farthestUs : 0;
    return clear * (clear / veryClear) ** (Math.log(levels[0] / least) / Math.log(levels[1] / levels[0]));
  };
  return { below: reach(-1), above: reach(1) };
}

/** The distances at which the rise is first beyond each of the levels. */
function crossings(rise: (distanceUs: number) => number): [number, number] {
  const brackets = levels.map(() => [0, farthestUs] as [number, number]);
  let inside = 0;
  for (let us = firstUs; us < farthestUs; inside = us, us *= growth) {
    const height = rise(us);
    levels.forEach((level, n) => {
      if (height > level && brackets[n]![1] === farthestUs) brackets[n] = [inside, us];
    });
    if (height > levels[1]) break;
  }
  return levels.map((level, n) => {
    let [near, far] = brackets[n]!;
    if (far === farthestUs) return far;
    for (let half = 0; half < halvings; half++) {
      const middle = (near + far) / 2;
      if (rise(middle) > level) far = middle;
      else near = middle;
    }
    return far;
  }) as [number, number];
}

/** The readings that an edge lies between or near, and some of the others for gain and offset. */
function telling(readings: Readings, { referenceW, kernel }: Fit): Readings {
  const { count } = readings;
  const share = kernel.kind === 'one-pole' ? lowPassShare : 1;
  const [steep, plain] = [share * steepest, share * others];
  if (count <= 2 * steep + plain) return readings;
  const changes = changesOf(referenceW);
  const limit = changes.slice().sort()[count - steep]!;
  const chosen: number[] = [];
  const stride = Math.floor(count / plain);
  for (let n = 0; n < count; n++)
    if (n % stride === 0 || changes[n]! >= limit || (changes[n + 1] ?? 0) >= limit) chosen.push(n);
  return pickReadings(readings, chosen);
}

/** By how much a lag so far beside the fit's fits worse, with the window that is best there. */
function riseOf(readings: Readings, { kernel, delayUs, widthUs, line, scatterW }: Fit, widestUs: number) {
  const { count, valueW, jitterUs } = readings;
  const here = new Float64Array(count);
  const weights = new Float64Array(count);
  // An instant that is not known well says less where the power changes, and at each lag that is somewhere else: by what it does meanwhile, since a
  // slope of a millisecond, drawn on over half a second, would take all weight from the readings of a jagged load.
  const stepUs = Math.max(slopeStepUs, median(jitterUs));
  const squares = (place: { delayUs: number; widthUs: number }): number => {
    kernel.fill(readings, place.delayUs, place.widthUs, here);
    const slopes = powerSlopes(kernel, readings, place, stepUs);
    const noise = line.gain ** 2 * kernel.noiseVariance(place.widthUs);
    for (let n = 0; n < count; n++) {
      const slope = line.gain * slopes[n]! || 0;
      weights[n] = 1 / (scatterW ** 2 + noise + (slope * jitterUs[n]!) ** 2);
    }
    const there = fitLine(here, valueW, weights);
    return there.residual * there.weight * (count / Math.max(there.count, 1));
  };
  const [least, most] = [Math.log(narrowUs), Math.log(Math.max(widestUs, narrowUs))];
  const atLag = (us: number): number => {
    if (kernel.kind === 'counter') return squares({ delayUs: us, widthUs });
    const tried = [Math.log(widthUs), ...narrowings.map((share) => least + share * (most - least))];
    const costs = tried.map((log) => ({ log, cost: squares({ delayUs: us, widthUs: widthOf(log) }) }));
    const best = costs.reduce((a, b) => (b.cost < a.cost ? b : a));
    return descend(
      (x) => squares({ delayUs: us, widthUs: widthOf(x) }),
      { x: best.log, y: 0 },
      0.35,
      0,
      9,
      0.05,
    ).cost;
  };
  const best = atLag(delayUs);
  const scale = Math.max(1, best / count);
  return (byUs: number): number => (atLag(delayUs + byUs) - best) / scale;
}
