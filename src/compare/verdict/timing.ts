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
  let [n, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let instant = 0; instant < instants; instant++) {
    const us = from + (instant / instants) * (endUs - from);
    const taken = meanW(us - agedUs / 2);
    const polled = meanW(us - ((instant * goldenRatio) % 1) * agedUs);
    if (Number.isNaN(taken) || Number.isNaN(polled)) continue;
    n++;
    x += taken;
    y += polled;
    xx += taken * taken;
    xy += taken * polled;
    yy += polled * polled;
  }
  const [varX, varY, product] = [xx - (x * x) / n, yy - (y * y) / n, xy - (x * y) / n];
  return varX > 0 && varY > 0 && product > 0 ? product ** 2 / (varX * varY) : 0;
}
