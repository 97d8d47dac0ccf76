import type { Readings } from '../model/readings.js';
import { costOf, type Fit, noiseSlack, type Place, widthOf } from '../search/fit.js';
import { descend } from '../search/simplex.js';
import { correlationTime } from './correlation-time.js';

/** Chi-square of one parameter at 95 %. */
const rise95 = 3.84;

/** A place is as good as the best one as long as it rises by less than this: no noise of single readings rules it out. */
export const asGoodRise = 25;
/** The first step of a descent along the delay: a share of the width, and at least so many µs. */
const stepShare = 0.03;
const leastStepUs = 200;

/** How much worse other places fit, in units in which chance alone reaches 3.84 once in twenty. */
export class Rises {
  readonly #cost: (place: Place) => number;
  readonly #leastCost: number;
  readonly #scale: number;
  readonly #fit: Fit;

  /** @param readings those that the fit was made of */
  constructor(readings: Readings, fit: Fit) {
    this.#fit = fit;
    this.#cost = costOf(fit.kernel, readings, fit.weights);
    this.#leastCost = this.#cost(fit);
    const residuals = readings.valueW.map(
      (watts, n) =>
        Math.sqrt(fit.weights[n]!) * (watts - fit.line.gain * fit.referenceW[n]! - fit.line.offsetW),
    );
    const { weight, residual, count } = fit.line;
    this.#scale = weight / (Math.max(1, (residual * weight) / count) * correlationTime(residuals));
  }

  at(place: Place): number {
    return this.#rise(this.#cost(place), place);
  }

  /** By how much more a place leaves, as a share of what the fit leaves. */
  excess(place: Place): number {
    return (this.#cost(place) - this.#leastCost) / this.#fit.line.residual;
  }

  /** At a width, with the delay that fits best near one. */
  atWidth(widthUs: number, aboutUs: number): { readonly delayUs: number; readonly rise: number } {
    const found = descend(
      (x) => this.#cost({ delayUs: x, widthUs }),
      { x: aboutUs, y: 0 },
      Math.max(leastStepUs, stepShare * widthUs),
      0,
      24,
      5,
    );
    return { delayUs: found.x, rise: this.#rise(found.cost, { delayUs: found.x, widthUs }) };
  }

  /** Along the delay, with the width that fits best at each; the width at one is where the next one begins. */
  alongDelay(sign: number): (distanceUs: number) => number {
    const { kernel, delayUs, widthUs } = this.#fit;
    if (kernel.kind === 'counter')
      return (distanceUs) => this.at({ delayUs: delayUs + sign * distanceUs, widthUs });
    let log = Math.log(widthUs);
    return (distanceUs) => {
      const found = descend(
        (x) => this.#cost({ delayUs: delayUs + sign * distanceUs, widthUs: widthOf(x) }),
        { x: log, y: 0 },
        0.15,
        0,
        20,
        1e-3,
      );
      log = found.x;
      return this.#rise(found.cost, { delayUs: delayUs + sign * distanceUs, widthUs: widthOf(log) });
    };
  }

  /** Along the width, by factors, with the delay that fits best at each. */
  alongWidth(sign: number): (distance: number) => number {
    const { widthUs } = this.#fit;
    let { delayUs } = this.#fit;
    return (distance) => {
      const place = { widthUs: widthUs * Math.exp(sign * distance) };
      const found = descend(
        (x) => this.#cost({ ...place, delayUs: x }),
        { x: delayUs, y: 0 },
        Math.max(300, Math.abs(place.widthUs - widthUs) / 6),
        0,
        20,
        10,
      );
      delayUs = found.x;
      return this.#rise(found.cost, { ...place, delayUs });
    };
  }

  #rise(cost: number, place: Place): number {
    const more = cost - this.#leastCost;
    return (more - Math.min(Math.max(0, more), noiseSlack(this.#fit, place))) * this.#scale;
  }
}

/**
 * How far from `best` to one side the rise stays within chance: outwards in growing steps, then by halves.
 * @param least the step that is begun with, and the precision by a quarter of it
 * @param most where it is given up
 */
export function profileWidth(rise: (distance: number) => number, least: number, most: number): number {
  let inside = 0;
  let outside = least;
  while (outside < most && rise(outside) < rise95) {
    inside = outside;
    outside *= 2;
  }
  if (outside >= most) return most;
  for (let n = 0; n < 5; n++) {
    const middle = (inside + outside) / 2;
    if (rise(middle) < rise95) inside = middle;
    else outside = middle;
  }
  return outside;
}
