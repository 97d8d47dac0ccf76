import type { KernelKind } from '../comparison.js';
import type { PowerIntegral } from '../reference/integral.js';
import { lowPassVariance, meanVariance, type ReferenceNoise } from '../reference/noise.js';
import type { Readings } from './readings.js';

/**
 * How a sensor weighs the power before a reading. The delay goes from the weights' centre of gravity to the reading; the width is the
 * window of a boxcar, the time constant of a low-pass, and nothing for a counter, whose readings bring their own.
 */
export interface Kernel {
  readonly kind: KernelKind;
  /** Fills in what the reference says for each reading, W; NaN where it was not measured. */
  fill(readings: Readings, delayUs: number, widthUs: number, into: Float64Array): void;
  /** Variance that the reference's own noise gives to what is filled in, W². */
  noiseVariance(widthUs: number): number;
  /** This kernel over another reference. */
  over(known: Known): Kernel;
}

/** What the reference says for each reading at a place, W; NaN where it was not measured. */
export function powersAt(
  kernel: Kernel,
  readings: Readings,
  { delayUs, widthUs }: { readonly delayUs: number; readonly widthUs: number },
): Float64Array {
  const powersW = new Float64Array(readings.count);
  kernel.fill(readings, delayUs, widthUs, powersW);
  return powersW;
}

/** A reference and what it scatters. */
export interface Known {
  readonly reference: PowerIntegral;
  readonly noise: ReferenceNoise;
}

/** The mean over a window. */
export const boxcar = ({ reference, noise }: Known): Kernel => ({
  kind: 'boxcar',
  over: boxcar,
  noiseVariance: (widthUs) => meanVariance(noise, widthUs),
  fill({ count, timeUs }, delayUs, widthUs, into) {
    for (let n = 0; n < count; n++) {
      const centreUs = timeUs[n]! - delayUs;
      into[n] = reference.meanW(centreUs - widthUs / 2, centreUs + widthUs / 2);
    }
  },
});

/** The mean between two readings of a counter, whose window is the time between two of its updates. */
export const counter = ({ reference, noise }: Known, usualSpanUs: number): Kernel => ({
  kind: 'counter',
  over: (known) => counter(known, usualSpanUs),
  noiseVariance: () => meanVariance(noise, usualSpanUs),
  fill({ count, timeUs, spanUs, holdUs }, delayUs, _widthUs, into) {
    for (let n = 0; n < count; n++) {
      const endUs = timeUs[n]! - delayUs + holdUs / 2;
      into[n] = reference.meanW(endUs - spanUs![n]!, endUs);
    }
  },
});

const firstPiece = 0.08;
/**
 * Edges of the pieces that the low-pass is made of, in time constants: the longer, the less they weigh, so that what is lost of the load's
 * changes within them is as little in each.
 */
const edges = [0];
while (edges[edges.length - 1]! < 7) {
  const edge = edges[edges.length - 1]!;
  edges.push(edge + firstPiece * Math.exp(edge / 3));
}
const lastEdge = edges[edges.length - 1]!;
/** What each piece weighs, and how far from its middle towards the older its centre of gravity lies. */
const pieces = edges.slice(1).map((old, n) => {
  const young = edges[n]!;
  const share = Math.exp(-young) - Math.exp(-old);
  const centre = (Math.exp(-young) * (young + 1) - Math.exp(-old) * (old + 1)) / share - (young + old) / 2;
  return { share, centre, length: old - young };
});
/** What the mean over each piece weighs: within a piece the load goes on as the means of its neighbours show. */
const shares = pieces.map(({ share }) => share);
for (let n = 1; n < pieces.length - 1; n++) {
  const { share, centre, length } = pieces[n]!;
  const apart = (pieces[n - 1]!.length + pieces[n + 1]!.length) / 2 + length;
  const tilt = (share * centre) / apart;
  shares[n + 1]! += tilt;
  shares[n - 1]! -= tilt;
}
/** The same by the energy up to each edge, which is looked up once for the pieces on its both sides; per time constant. */
const perEdge = new Float64Array(edges.length);
for (let n = 0; n < shares.length; n++) {
  const perLength = shares[n]! / (edges[n + 1]! - edges[n]!);
  perEdge[n]! += perLength;
  perEdge[n + 1]! -= perLength;
}
/** What is older weighs little, but left out it would flatten the line by as much: its mean counts, up to so many time constants back. */
const oldest = 12;
const oldShare = Math.exp(-lastEdge);

/** A low-pass of one time constant: an exponential weight, put together from means over short pieces. */
export const onePole = ({ reference, noise }: Known): Kernel => ({
  kind: 'one-pole',
  over: onePole,
  noiseVariance: (widthUs) => lowPassVariance(noise, widthUs),
  fill({ count, timeUs }, delayUs, widthUs, into) {
    for (let n = 0; n < count; n++) {
      // The centre of gravity lies one time constant before the newest power that counts.
      const newestUs = timeUs[n]! - delayUs + widthUs;
      const oldUs = newestUs - lastEdge * widthUs;
      if (!reference.covers(oldUs, newestUs)) {
        into[n] = Number.NaN;
        continue;
      }
      const oldestUs = Math.min(oldUs, Math.max(reference.startUs, newestUs - oldest * widthUs));
      let pieces = 0;
      for (let edge = 0; edge < edges.length; edge++)
        pieces += perEdge[edge]! * reference.energyUj(newestUs - edges[edge]! * widthUs);
      into[n] = oldShare * reference.meanW(oldestUs, oldUs) + pieces / widthUs;
    }
  },
});
