import { fitLine } from '../model/line.js';
import type { Readings } from '../model/readings.js';
import { powerSlopes } from '../model/slopes.js';
import type { Fit } from './fit.js';

/** What is left when each reading is as old as a schedule makes it; without a period they are all as old. */
export class AgedCost {
  readonly readings: Readings;
  readonly #fit: Fit;
  readonly #shifted: Readings;
  readonly #referenceW: Float64Array;
  readonly #middleUs: number;

  constructor(readings: Readings, fit: Fit) {
    this.readings = readings;
    this.#fit = fit;
    this.#shifted = { ...readings, timeUs: new Float64Array(readings.count) };
    this.#referenceW = new Float64Array(readings.count);
    this.#middleUs = (readings.timeUs[0]! + readings.timeUs[readings.count - 1]!) / 2;
  }

  /** The update before an instant, counted in periods. */
  countAt(us: number, periodUs: number, phaseUs: number): number {
    return Math.floor((us - this.#middleUs - phaseUs) / periodUs);
  }

  /**
   * Phases that differ by what they make of the polls: about as many polls between each two of them, and one farthest from all. With how
   * old the values are then in the mean.
   */
  phases(periodUs: number, count: number): { phaseUs: number; ageUs: number }[] {
    const sinceUs = this.readings.timeUs.map(
      (us) => us - this.#middleUs - periodUs * this.countAt(us, periodUs, 0),
    );
    sinceUs.sort();
    const polls = sinceUs.length;
    const meanUs = sinceUs.reduce((sum, us) => sum + us, 0) / polls;
    const before = (n: number) => (n > 0 ? sinceUs[n - 1]! : sinceUs[polls - 1]! - periodUs);
    let widest = 0;
    for (let n = 1; n < polls; n++)
      if (sinceUs[n]! - before(n) > sinceUs[widest]! - before(widest)) widest = n;
    const chosen = Array.from(
      { length: count },
      (_, n) => (widest + Math.floor((n * polls) / count)) % polls,
    );
    return chosen.map((n) => {
      const phaseUs = (before(n) + sinceUs[n]!) / 2;
      return { phaseUs, ageUs: meanUs - phaseUs + (n * periodUs) / polls };
    });
  }

  at(periodUs: number, phaseUs: number, delayUs: number, widthUs: number): number {
    const { timeUs, valueW } = this.readings;
    for (let n = 0; n < timeUs.length; n++) {
      const sinceUs = timeUs[n]! - this.#middleUs - phaseUs;
      const ageUs = periodUs > 0 ? sinceUs - Math.floor(sinceUs / periodUs) * periodUs : 0;
      this.#shifted.timeUs[n] = timeUs[n]! - ageUs;
    }
    this.#fit.kernel.fill(this.#shifted, delayUs, widthUs, this.#referenceW);
    const line = fitLine(this.#referenceW, valueW, null);
    return line.count > 0.8 * timeUs.length ? line.residual : Number.POSITIVE_INFINITY;
  }
}

/** How many polls show the age of their value: beside a few edges of a flat load not all of them do. @param agedUs how old values may be */
export function tellingPolls(readings: Readings, fit: Fit, agedUs: number): number {
  let [squares, fourths] = [0, 0];
  for (const slope of powerSlopes(fit.kernel, readings, fit, agedUs / 2)) {
    if (Number.isNaN(slope)) continue;
    squares += slope ** 2;
    fourths += slope ** 4;
  }
  return fourths > 0 ? squares ** 2 / fourths : 0;
}
