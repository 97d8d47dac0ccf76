import type { Readings } from '../model/readings.js';
import { costOf, type Fit, type Place, widthOf } from '../search/fit.js';
import { descend } from '../search/simplex.js';
import { correlationTime } from './correlation-time.js';

/** Chi-square of one parameter at 95 %. */
const rise95 = 3.84;

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
    this.#scale = readings.count / (this.#leastCost * correlationTime(residuals));
  }

  at(place: Place): number {
    return (this.#cost(place) - this.#leastCost) * this.#scale;
  }

  /** With the width that fits best there. */
  atDelay(delayUs: number): number {
    const { kernel, widthUs } = this.#fit;
    if (kernel.kind === 'counter') return this.at({ delayUs, widthUs });
    const found = descend(
      (log) => this.#cost({ delayUs, widthUs: widthOf(log) }),
      { x: Math.log(widthUs), y: 0 },
      0.15,
      0,
      20,
      1e-3,
    );
    return (found.cost - this.#leastCost) * this.#scale;
  }

  /** With the delay that fits best there. */
  atWidth(widthUs: number): number {
    const found = descend(
      (delayUs) => this.#cost({ delayUs, widthUs }),
      { x: this.#fit.delayUs, y: 0 },
      Math.max(500, Math.abs(widthUs - this.#fit.widthUs) / 4),
      0,
      20,
      10,
    );
    return (found.cost - this.#leastCost) * this.#scale;
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
