import type { Reach } from './intervals.js';

/** One side reaches farther than the other by this factor: then the middle is stated. */
const lopsided = 2.5;

/** A lag and how far it may be off, µs. */
interface Stated {
  readonly delayUs: number;
  readonly reach: Reach;
}

const widerOf = (a: Reach, b: Reach): Reach => ({
  below: Math.max(a.below, b.below),
  above: Math.max(a.above, b.above),
});

/** Where a fit lies at the edge of all that fits as well, the middle of that is nearer to the truth. @param reaches each of them holds */
export function centred(delayUs: number, reaches: readonly Reach[]): Stated {
  const { below, above } = reaches.reduce(widerOf);
  if (Math.max(below, above) < lopsided * Math.min(below, above)) return { delayUs, reach: { below, above } };
  const half = (below + above) / 2;
  return { delayUs: delayUs + (above - below) / 2, reach: { below: half, above: half } };
}

/** Of two kinds of window that may be meant each has its lag, and counts as much as it is likely. */
export function betweenBoth(
  own: Stated,
  other: { readonly delayUs: number; readonly likelihood: number },
): Stated {
  const delayUs = own.delayUs + other.likelihood * (other.delayUs - own.delayUs);
  return {
    delayUs,
    reach: {
      below: own.reach.below + delayUs - Math.min(own.delayUs, other.delayUs),
      above: own.reach.above + Math.max(own.delayUs, other.delayUs) - delayUs,
    },
  };
}
