import {
  accuracyJ,
  type Budget,
  boundJ,
  type EndPowers,
  instantsJ,
  samplingJ,
} from '#powerlog/measure/uncertainty.js';

/*
 * A second, plain way to the figures of an interval, over arrays that hold the whole recording. What powerlog does in one
 * pass over a recording of any length is held against it.
 */

export interface Assumptions {
  /** Of a power reading, as a share (0.03), at 95 %. */
  readonly accuracyShare: number;
  /** A sample was taken within this of its instant: half a round trip. */
  readonly instantUs: number;
  /** Longer spacings are gaps. */
  readonly gapLimitUs: number;
}

/** One power's samples: rows `0 … count-1`, instants rising, µs and mW. */
export interface Samples {
  readonly count: number;
  readonly timeUs: ArrayLike<number>;
  readonly powerMw: ArrayLike<number>;
}

/** Two instants in µs, and how far each may be off beside what the samples' own instants are. */
export interface Interval {
  readonly startUs: number;
  readonly endUs: number;
  readonly startUncertaintyUs?: number;
  readonly endUncertaintyUs?: number;
}

export interface IntervalEnergy {
  readonly energyJ: number;
  /** Time-weighted; null over no time. */
  readonly meanW: number | null;
  readonly minW: number;
  readonly maxW: number;
  readonly budget: Budget;
}

const wattsPerMw = 1e-3;
const joulesPerNj = 1e-9;
/** A neighbourhood of a gap reaches this far, as in a recording's own gaps. */
const neighbourhoodUs = 1e6;
const neighbours = 4096;

/**
 * The energy between two instants: the trapezoid over the samples, the power at both ends interpolated. Null where the
 * interval is not within the samples, since nothing is known of what lies outside.
 */
export function energyBetween(
  samples: Samples,
  interval: Interval,
  assumptions: Assumptions,
): IntervalEnergy | null {
  const { count, timeUs, powerMw } = samples;
  const { startUs, endUs } = interval;
  if (count < 2 || endUs < startUs || startUs < timeUs[0]! || endUs > timeUs[count - 1]!) return null;

  let energyNj = 0;
  let stepSquares = 0;
  let gapsJ = 0;
  let cutsJ = 0;
  let lowMw = Number.POSITIVE_INFINITY;
  let highMw = Number.NEGATIVE_INFINITY;
  const first = Math.max(0, Math.min(firstAbove(samples, startUs) - 1, count - 2));
  for (let left = first; left < count - 1 && (left === first || timeUs[left]! < endUs); left++) {
    const piece = pieceOf(samples, left, startUs, endUs);
    energyNj += piece.energyNj;
    lowMw = Math.min(lowMw, piece.startMw, piece.endMw);
    highMw = Math.max(highMw, piece.startMw, piece.endMw);
    const spacing = timeUs[left + 1]! - timeUs[left]!;
    if (spacing > assumptions.gapLimitUs) {
      const [low, high] = extremesAround(samples, left);
      gapsJ += boundJ(piece.energyNj, piece.widthUs, low, high);
    } else if (piece.widthUs < spacing) {
      const low = Math.min(powerMw[left]!, powerMw[left + 1]!);
      const high = Math.max(powerMw[left]!, powerMw[left + 1]!);
      cutsJ += boundJ(piece.energyNj, piece.widthUs, low, high);
    } else stepSquares += ((powerMw[left + 1]! - powerMw[left]!) * spacing) ** 2;
  }

  const energyJ = energyNj * joulesPerNj;
  const durationUs = endUs - startUs;
  return {
    energyJ,
    meanW: durationUs > 0 ? (energyNj / durationUs) * wattsPerMw : null,
    minW: lowMw * wattsPerMw,
    maxW: highMw * wattsPerMw,
    budget: {
      accuracyJ: accuracyJ(energyJ, assumptions.accuracyShare),
      gapsJ,
      cutsJ,
      instantsJ: instantsJ(
        edgeOf(samples, startUs, assumptions.instantUs, interval.startUncertaintyUs),
        edgeOf(samples, endUs, assumptions.instantUs, interval.endUncertaintyUs),
        assumptions.instantUs,
      ),
      samplingJ: samplingJ(stepSquares),
    },
  };
}

/** The part of a spacing that lies within the interval. */
function pieceOf({ timeUs, powerMw }: Samples, left: number, startUs: number, endUs: number) {
  const leftUs = timeUs[left]!;
  const leftMw = powerMw[left]!;
  const spacing = timeUs[left + 1]! - leftUs;
  const slope = spacing > 0 ? (powerMw[left + 1]! - leftMw) / spacing : 0;
  const fromUs = Math.max(startUs, leftUs);
  const toUs = Math.min(endUs, timeUs[left + 1]!);
  const startMw = leftMw + slope * (fromUs - leftUs);
  const endMw = leftMw + slope * (toUs - leftUs);
  const widthUs = toUs - fromUs;
  return { startMw, endMw, widthUs, energyNj: ((startMw + endMw) / 2) * widthUs };
}

/** The first sample after an instant; `count` where there is none. */
function firstAbove({ count, timeUs }: Samples, us: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeUs[middle]! > us) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The powers about an end: of the samples that may lie beside it, and of one more on each side. */
function edgeOf(samples: Samples, us: number, instantUs: number, uncertaintyUs = 0): EndPowers {
  const { count, powerMw } = samples;
  const from = Math.max(0, firstAbove(samples, us - instantUs - uncertaintyUs) - 2);
  const to = Math.min(count - 1, firstAbove(samples, us + instantUs + uncertaintyUs) + 1);
  let lowMw = Number.POSITIVE_INFINITY;
  let highMw = Number.NEGATIVE_INFINITY;
  for (let n = from; n <= to; n++) {
    lowMw = Math.min(lowMw, powerMw[n]!);
    highMw = Math.max(highMw, powerMw[n]!);
  }
  return { lowMw, highMw, uncertaintyUs };
}

/** The lowest and the highest power within a second before and after the spacing that begins at `left`. */
function extremesAround({ count, timeUs, powerMw }: Samples, left: number): readonly [number, number] {
  let low = powerMw[left]!;
  let high = low;
  const take = (n: number) => {
    low = Math.min(low, powerMw[n]!);
    high = Math.max(high, powerMw[n]!);
  };
  const oldest = Math.max(0, left - neighbours + 1);
  for (let n = left; n >= oldest && timeUs[left]! - timeUs[n]! <= neighbourhoodUs; n--) take(n);
  const right = left + 1;
  const newest = Math.min(count, right + neighbours);
  for (let n = right; n < newest && timeUs[n]! - timeUs[right]! <= neighbourhoodUs; n++) take(n);
  return [low, high];
}
