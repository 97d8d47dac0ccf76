import { lengthUs, type Side } from '../sides/side.js';

/** Cells of the first, coarse search. */
const cells = 2000;
/** The finest step, µs: what is left is for the comparison itself. */
const finestUs = 100e3;
const finerBy = 10;
/** Both must cover at least so much of the shorter. */
const leastShare = 0.5;

/** Means over equal cells, NaN where nothing lies in one. */
interface Cells {
  readonly fromUs: number;
  readonly stepUs: number;
  readonly means: Float64Array;
}

/**
 * What has to be added to B's instants for its curve to lie on A's as well as it can, µs: the highest correlation of means over
 * equal steps, first coarse, then finer. Null where the two are too short or too flat for that.
 */
export function coarseLagUs(a: Side, b: Side): number | null {
  const spanUs = Math.max(lengthUs(a), lengthUs(b));
  if (!(spanUs > 0)) return null;
  let stepUs = Math.max(spanUs / cells, finestUs);
  let [low, high] = [a.timeUs[0]! - b.timeUs.at(-1)!, a.timeUs.at(-1)! - b.timeUs[0]!];
  for (;;) {
    const best = bestLagUs(cellsOf(a, stepUs), cellsOf(b, stepUs), low, high, leastShare * shorterUs(a, b));
    if (best === null || stepUs <= finestUs) return best;
    [low, high] = [best - 2 * stepUs, best + 2 * stepUs];
    stepUs = Math.max(stepUs / finerBy, finestUs);
  }
}

const shorterUs = (a: Side, b: Side): number => Math.min(lengthUs(a), lengthUs(b));

function cellsOf({ timeUs, value, quantity }: Side, stepUs: number): Cells {
  const fromUs = Math.floor(timeUs[0]! / stepUs) * stepUs;
  const count = Math.floor((timeUs.at(-1)! - fromUs) / stepUs) + 1;
  const sums = new Float64Array(count);
  const counts = new Float64Array(count);
  let [beforeUs, before] = [Number.NaN, Number.NaN];
  for (let n = 0; n < timeUs.length; n++) {
    let each = value[n]!;
    if (Number.isNaN(each)) continue;
    if (quantity === 'energy') {
      const power = ((each - before) * 1e6) / (timeUs[n]! - beforeUs);
      [before, beforeUs, each] = [each, timeUs[n]!, power];
      // A counter that falls counts another run.
      if (!(power >= 0)) continue;
    }
    const cell = Math.floor((timeUs[n]! - fromUs) / stepUs);
    sums[cell]! += each;
    counts[cell]!++;
  }
  let held = Number.NaN;
  const means = sums.map((sum, n) => {
    if (counts[n]! > 0) held = sum / counts[n]!;
    return held;
  });
  return { fromUs, stepUs, means };
}

function bestLagUs(a: Cells, b: Cells, lowUs: number, highUs: number, leastUs: number): number | null {
  const { stepUs } = a;
  const apart = (b.fromUs - a.fromUs) / stepUs;
  let [best, most] = [null as number | null, 0];
  for (let lag = Math.floor(lowUs / stepUs); lag <= Math.ceil(highUs / stepUs); lag++) {
    const place = Math.round(apart + lag);
    const found = correlation(a.means, b.means, place, leastUs / stepUs);
    if (found > most) [best, most] = [lag * stepUs, found];
  }
  return best;
}

/** Of `b` laid on `a` from place `place` on; NaN where they share too little, or either does not change. */
function correlation(a: Float64Array, b: Float64Array, place: number, least: number): number {
  const from = Math.max(0, place);
  const to = Math.min(a.length, b.length + place);
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  for (let k = from; k < to; k++) {
    const [x, y] = [a[k]!, b[k - place]!];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  if (n < least || n < 3) return Number.NaN;
  const spread = (n * saa - sa * sa) * (n * sbb - sb * sb);
  return spread > 0 ? (n * sab - sa * sb) / Math.sqrt(spread) : Number.NaN;
}
