import type { PowerIntegral } from '../reference/integral.js';
import { summitShift } from '../summit.js';
import { circularCorrelation } from './fft.js';

const stepUs = 10_000;
const stepsMax = 16_384;
/** A load that is this much like itself a period later is periodic. */
const likenessMin = 0.6;

/** A load this much like itself a period later repeats itself. */
const repeating = 0.9;

export const repeatsItself = (period: LoadPeriod | null): period is LoadPeriod =>
  period !== null && period.likeness > repeating;

export interface LoadPeriod {
  readonly periodUs: number;
  /** Correlation of the load with itself a period later. */
  readonly likeness: number;
}

/** The period of the reference, from its autocorrelation over the middle minutes; null where it has none. */
export function loadPeriod(reference: PowerIntegral): LoadPeriod | null {
  const steps = Math.min(stepsMax, Math.floor((reference.endUs - reference.startUs) / stepUs));
  if (steps < 64) return null;
  const fromUs = (reference.startUs + reference.endUs) / 2 - (steps / 2) * stepUs;
  const power = new Float64Array(steps);
  let [sum, known] = [0, 0];
  for (let n = 0; n < steps; n++) {
    power[n] = reference.meanW(fromUs + n * stepUs, fromUs + (n + 1) * stepUs);
    if (Number.isNaN(power[n])) continue;
    sum += power[n]!;
    known++;
  }
  if (known < steps / 2) return null;
  const padded = new Float64Array(2 * steps);
  for (let n = 0; n < steps; n++) padded[n] = !Number.isNaN(power[n]) ? power[n]! - sum / known : 0;
  const products = circularCorrelation(padded, padded);
  const likeness = (lag: number) => products[lag]! / products[0]! / (1 - lag / steps);
  let lag = 1;
  // The first valley lies half a period away.
  while (lag < steps / 3 && (likeness(lag) > 0.3 || likeness(lag + 1) < likeness(lag))) lag++;
  let best = lag;
  for (; lag < steps / 3; lag++) if (likeness(lag) > likeness(best)) best = lag;
  // Of a period and its multiples, which are as good, the first counts.
  for (let divisor = Math.floor(best / 4); divisor > 1; divisor--) {
    const part = Math.round(best / divisor);
    for (const near of [part - 1, part, part + 1])
      if (
        near > 3 &&
        likeness(near) > 0.95 * likeness(best) &&
        likeness(near) >= likeness(near - 1) &&
        likeness(near) >= likeness(near + 1)
      )
        return refined(near, likeness);
  }
  return likeness(best) >= likenessMin && best < steps / 3 - 1 ? refined(best, likeness) : null;
}

function refined(lag: number, likeness: (lag: number) => number): LoadPeriod | null {
  if (likeness(lag) < likenessMin) return null;
  const [before, here, after] = [likeness(lag - 1), likeness(lag), likeness(lag + 1)];
  return { periodUs: (lag + summitShift(before, here, after)) * stepUs, likeness: here };
}
