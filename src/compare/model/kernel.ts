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
}

/** A reference and what it scatters. */
export interface Known {
  readonly reference: PowerIntegral;
  readonly noise: ReferenceNoise;
}

/** The mean over a window. */
export const boxcar = ({ reference, noise }: Known): Kernel => ({
  kind: 'boxcar',
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
  noiseVariance: () => meanVariance(noise, usualSpanUs),
  fill({ count, timeUs, spanUs, holdUs }, delayUs, _widthUs, into) {
    for (let n = 0; n < count; n++) {
      const endUs = timeUs[n]! - delayUs + holdUs / 2;
      into[n] = reference.meanW(endUs - spanUs![n]!, endUs);
    }
  },
});

/** Edges of the pieces that the low-pass is made of, in time constants: within each its weight hardly changes. */
const edges = [
  ...Array.from({ length: 15 }, (_, n) => n * 0.07),
  ...Array.from({ length: 10 }, (_, n) => 1.05 + n * 0.15),
  ...Array.from({ length: 7 }, (_, n) => 2.55 + n * 0.35),
  ...Array.from({ length: 4 }, (_, n) => 5 + n * 0.7),
];
const shares = edges.slice(1).map((edge, n) => Math.exp(-edges[n]!) - Math.exp(-edge));
const lastEdge = edges[edges.length - 1]!;
const wholeShare = 1 - Math.exp(-lastEdge);

/** A low-pass of one time constant: an exponential weight, put together from means over short pieces. */
export const onePole = ({ reference, noise }: Known): Kernel => ({
  kind: 'one-pole',
  noiseVariance: (widthUs) => lowPassVariance(noise, widthUs),
  fill({ count, timeUs }, delayUs, widthUs, into) {
    for (let n = 0; n < count; n++) {
      // The centre of gravity lies one time constant before the newest power that counts.
      const newestUs = timeUs[n]! - delayUs + widthUs;
      if (!reference.covers(newestUs - lastEdge * widthUs, newestUs)) {
        into[n] = Number.NaN;
        continue;
      }
      let sum = 0;
      let upTo = reference.energyUj(newestUs);
      for (let piece = 0; piece < shares.length; piece++) {
        const from = reference.energyUj(newestUs - edges[piece + 1]! * widthUs);
        sum += (shares[piece]! * (upTo - from)) / ((edges[piece + 1]! - edges[piece]!) * widthUs);
        upTo = from;
      }
      into[n] = sum / wholeShare;
    }
  },
});
