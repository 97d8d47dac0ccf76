import { explained, fitLine } from '../model/line.js';
import type { PowerIntegral } from '../reference/integral.js';

/** Instants at which the reference is asked, and over how long each time, µs: shorter than sensors look, longer than samples scatter. */
const instants = 4096;
const lookUs = 20_000;
/** Ages that lie evenly however many there are. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Share of what a load does that is left to see where each value may be as old as that: of events that are over before the next poll, little.
 * @param agedUs infinite where nothing bounds it
 */
export function timedShare(reference: PowerIntegral, agedUs: number): number {
  if (agedUs === 0) return 1;
  if (!Number.isFinite(agedUs)) return 0;
  const { startUs, endUs } = reference;
  const from = startUs + agedUs + lookUs;
  const meanW = (us: number) => reference.meanW(us - lookUs, us);
  const [taken, polled] = [new Float64Array(instants), new Float64Array(instants).fill(Number.NaN)];
  for (let n = 0; n < instants; n++) {
    const us = from + (n / instants) * (endUs - from);
    taken[n] = meanW(us - agedUs / 2);
    if (!Number.isNaN(taken[n]!)) polled[n] = meanW(us - ((n * goldenRatio) % 1) * agedUs);
  }
  const line = fitLine(polled, taken, null);
  return line.gain > 0 ? explained(line) : 0;
}
