import { type Steady, steadyLag } from '../drift/steady.js';
import { type Kernel, powersAt } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import { chooseReadings } from '../search/choice.js';
import { type Fit, fitAt, settledFit } from '../search/fit.js';
import { withoutImpossible } from '../search/impossible.js';

const readingsPerFit = 1500;
/** A low-pass costs many times what a window does. */
const readingsPerLowPass = 400;
/** The lag of a part may be so far from the whole run's, µs, or so many usual spacings. */
const partSearchUs = 500_000;
const partSearchSpacings = 5;

/** A fit to the readings that something could have given, whose lag stays. */
export interface Settled extends Steady {
  /** As they were read, without the impossible ones. */
  readonly raw: Readings;
}

/** Drops what nothing could have given, fits again, and takes off what changes of the lag. */
export function settled(reference: PowerIntegral, all: Readings, best: Fit, usualUs: number): Settled {
  const wholeOf = (readings: Readings) => refit(readings, best);
  const most = withoutImpossible(reference, all, fitAt(best.kernel, all, best));
  const wholeOfMost = wholeOf(most);
  const raw = withoutImpossible(reference, most, wholeOfMost);
  const whole = raw === most ? wholeOfMost : wholeOf(raw);
  return { raw, ...steadyLag(raw, whole, refit, Math.max(partSearchUs, partSearchSpacings * usualUs)) };
}

/** The best fit to readings about one that was good before, measured on all of them. */
export function refit(readings: Readings, about: Fit): Fit {
  const chosen = choose(readings, about.kernel, powersAt(about.kernel, readings, about));
  return fitAt(about.kernel, readings, settledFit(about.kernel, chosen, about, 60));
}

/** Those of the readings that a fit is made with. @param referenceW what the reference says for each */
export function choose(readings: Readings, { kind }: Kernel, referenceW: Float64Array): Readings {
  const most = kind === 'one-pole' ? readingsPerLowPass : readingsPerFit;
  return chooseReadings(readings, most, 3, referenceW);
}
