import type { Steady } from '../drift/steady.js';
import type { Kernel, Known } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import { type Fit, fitAt } from '../search/fit.js';
import { hiddenPeriod } from '../search/hidden-period.js';
import { asLowPass, type Found, sameSpread, shortestUs } from '../search/search.js';
import { refit, type Settled, settled } from './settled.js';

/** With the ages of polled values known, a low-pass has to leave less than this share of what a window does. */
const clearly = 0.9;
/** Where a window explains less, something else is wrong than its kind: a low-pass, which blurs more, has to leave less than this share of what it does. */
const wellExplained = 0.9;
const muchBetter = 0.5;

/** What a sensor's kind of window is told by. */
interface Asked {
  readonly reference: PowerIntegral;
  /** What fits are made to: the same, or without its noise. */
  readonly known: Known;
  readonly all: Readings;
  readonly usualUs: number;
  readonly rangeUs: readonly [number, number];
  /** How old values may have been when they were polled, µs; 0 where their instants are known. */
  readonly agedUs: number;
  /** How far each instant may be off by its stamp, µs: what blurs less than that does not show. */
  readonly stampUs: number;
}

/** What the search found, settled as a window or as a low-pass, whichever the sensor has. */
export function settledAsItsKind(
  { reference, known, all, usualUs, rangeUs, agedUs, stampUs }: Asked,
  found: Found,
): Settled {
  const settle = (best: Fit) => settled(reference, all, best, usualUs);
  const lowPassOf = (told: Pick<Found, 'best' | 'readings'>, ageUs: number) =>
    asLowPass(known, told, rangeUs, ageUs);
  const plain = settle(found.best);
  // A lag that changes blurs a window as a low-pass does, and readings that nothing could have given hide either: which of the two it is shows without them.
  const told = plain.change.rangeUs > 0 || plain.raw !== all ? tellable(plain) : found;
  const lowPass = lowPassOf(told, 0);
  if (!lowPass) return plain;
  const blurred = settle(lowPass);
  if (blurred.change.rangeUs > 0) {
    // The change may have shown only when it was not taken for a part of the window.
    const unblurred = asKind(found.best.kernel, blurred);
    if (lowPassOf(tellable(unblurred), 0) === null) return unblurred;
  }
  const isSeen = blurred.fit.widthUs > Math.max(shortestUs, stampUs);
  const isLowPass = isSeen && isBelievable(blurred.fit, plain.fit) && (agedUs === 0 || isBetterAged());
  return isLowPass ? blurred : plain;

  /** Where a period shows behind the polls the ages are known, and tell the two apart. */
  function isBetterAged(): boolean {
    const window = hiddenPeriod(plain.readings, plain.fit, agedUs);
    const other = window && hiddenPeriod(blurred.readings, blurred.fit, agedUs);
    return other ? other.cost < clearly * window.cost : lowPassOf(told, agedUs) !== null;
  }
}

const tellable = ({ fit: best, readings }: Steady): Pick<Found, 'best' | 'readings'> => ({ best, readings });

/** What settled of a low-pass, fitted anew by a window that scatters as much. */
function asKind(kernel: Kernel, low: Settled): Settled {
  return { ...low, fit: refit(low.readings, fitAt(kernel, low.readings, sameSpread(low.fit))) };
}

const isBelievable = (lowPass: Fit, window: Fit): boolean =>
  window.explained > wellExplained || 1 - lowPass.explained < muchBetter * (1 - window.explained);
