import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';
import { type Covariance, covarianceOf } from './covariance.js';
import { profileWidth, Rises } from './profile.js';
import { ridgeOf } from './ridge.js';
import { type LineError, roundingError } from './rounding.js';

/** Half-width of a normal distribution's middle 95 %, in standard deviations. */
export const coverage95 = 1.96;

/** Distances from an estimate to the ends of its 95 % interval. */
export interface Reach {
  readonly below: number;
  readonly above: number;
}

/** How far a fit may be off, at 95 %. Microseconds and watts. */
export interface FitIntervals {
  readonly delayUs: Reach;
  readonly widthUs: Reach;
  readonly gain: number;
  readonly offsetW: number;
  readonly covariance: Covariance | null;
}

interface KnownErrors {
  /** How far all instants of updates may be off together, and each poll's by its clock, µs. */
  readonly systematicUs: number;
  /** How far each instant may be off by itself, µs: standard deviation. */
  readonly instantUs: number;
  /** Readings for each one that lag and window were fitted with. */
  readonly unused: number;
  /** Spacing of the reference's samples, µs. */
  readonly spacingUs: number;
  /** Whether the lag rests on so few edges, or on the same one again and again, that windows and delays go together. */
  readonly isFew: boolean;
  /** By how much the line may be off since the reference was seen at its samples only. */
  readonly sampling: LineError;
}

/** Between two samples nobody saw when the power changed. */
const samplingShare = 0.5;
const widthSampling = 0.5;
/** Kernel, weights and jitter are not quite what they are taken for: chosen on some 170 pairs of the tests’ generator, whose truth is known. */
const lineFactor = 1.7;
const lagFactor = 1.3;
/** Windows are looked at up to so many times, as a logarithm, the one that fits. */
const widestFactor = 5;

/** By scatter and by profile, joined; what all instants share adds in quadrature. */
export function intervalsOf(
  readings: Readings,
  whole: Fit,
  fitted: { readonly readings: Readings; readonly fit: Fit },
  { systematicUs, instantUs, spacingUs, unused, isFew, sampling }: KnownErrors,
): FitIntervals {
  const covariance = covarianceOf(readings, whole);
  const spread = (n: number) =>
    covariance
      ? coverage95 * Math.sqrt(unused * Math.max(0, covariance.matrix[n]![n]!))
      : Number.POSITIVE_INFINITY;
  // The fewer readings carry the lag, the less what their instants scatter evens out.
  const carriedUs = covariance ? (coverage95 * instantUs) / Math.sqrt(Math.max(1, covariance.carriers)) : 0;
  const rises = new Rises(fitted.readings, fitted.fit);
  const { widthUs, kernel } = fitted.fit;
  const ridge = isFew ? ridgeOf(rises, fitted.fit) : null;
  const instantsUs = Math.hypot(systematicUs, carriedUs, samplingShare * spacingUs);
  const delay = (sign: number) => {
    const profile = profileWidth(rises.alongDelay(sign), 20, 3e6);
    const reach = Math.hypot(lagFactor * Math.max(profile, finite(spread(0))), instantsUs);
    // A ridge may be left at any place of it.
    return ridge ? Math.max(reach, endOf(ridge.delayUs, sign) + instantsUs) : reach;
  };
  const width = (sign: number) => {
    if (kernel.kind === 'counter') return 0;
    const factor = Math.exp(sign * profileWidth(rises.alongWidth(sign), 0.002, widestFactor));
    const reach = Math.hypot(
      Math.max(
        Math.abs(factor - 1) * widthUs,
        1.3 * finite(spread(1)),
        ridge ? endOf(ridge.widthUs, sign) : 0,
      ),
      widthSampling * spacingUs,
      systematicUs,
    );
    return sign < 0 ? Math.min(reach, widthUs) : reach;
  };
  const rounding = roundingError(readings, whole);
  const ofLine = (scatter: number, rounded: number, sampled: number) =>
    Math.hypot(lineFactor * scatter, coverage95 * rounded, sampled);
  return {
    delayUs: { below: delay(-1), above: delay(1) },
    widthUs: { below: width(-1), above: width(1) },
    gain: ofLine(spread(2), rounding.gain, sampling.gain),
    offsetW: ofLine(spread(3), rounding.offsetW, sampling.offsetW),
    covariance,
  };
}

const endOf = ({ below, above }: Reach, sign: number): number => (sign < 0 ? below : above);

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
