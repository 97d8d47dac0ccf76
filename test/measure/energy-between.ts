/*
 * A second, plain way to the figures of an interval, over arrays that hold the whole recording. What powerlog does in one
 * pass over a recording of any length is held against it; the formulas are those of docs/uncertainty.md, written down here once
 * more, since an oracle that called powerlog's own would agree with whatever they say.
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
  readonly budget: {
    readonly accuracyJ: number;
    readonly gapsJ: number;
    readonly cutsJ: number;
    readonly instantsJ: number;
    readonly samplingJ: number;
  };
}

/** What a budget comes to: parts that have nothing to do with each other, so that their squares add. */
export const halfWidthJ = ({
  accuracyJ,
  gapsJ,
  cutsJ,
  instantsJ,
  samplingJ,
}: IntervalEnergy['budget']): number =>
  Math.sqrt(accuracyJ ** 2 + gapsJ ** 2 + cutsJ ** 2 + (instantsJ + samplingJ) ** 2);

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
      gapsJ += offByJ(piece, low, high);
    } else if (piece.widthUs < spacing) {
      const low = Math.min(powerMw[left]!, powerMw[left + 1]!);
      const high = Math.max(powerMw[left]!, powerMw[left + 1]!);
      cutsJ += offByJ(piece, low, high);
    } else stepSquares += ((powerMw[left + 1]! - powerMw[left]!) * spacing) ** 2;
  }

  const energyJ = energyNj * joulesPerNj;
  const durationUs = endUs - startUs;
  const { accuracyShare, instantUs } = assumptions;
  const start = aroundEnd(samples, startUs, instantUs + (interval.startUncertaintyUs ?? 0));
  const end = aroundEnd(samples, endUs, instantUs + (interval.endUncertaintyUs ?? 0));
  const apartMw = Math.max(end.high - start.low, start.high - end.low);
  const ownNj = Math.sqrt(
    (start.most * (interval.startUncertaintyUs ?? 0)) ** 2 +
      (end.most * (interval.endUncertaintyUs ?? 0)) ** 2,
  );
  return {
    energyJ,
    meanW: durationUs > 0 ? (energyNj / durationUs) * wattsPerMw : null,
    minW: lowMw * wattsPerMw,
    maxW: highMw * wattsPerMw,
    budget: {
      accuracyJ: accuracyShare * Math.abs(energyJ),
      gapsJ,
      cutsJ,
      instantsJ: durationUs === 0 && ownNj === 0 ? 0 : (instantUs * apartMw + ownNj) * joulesPerNj,
      samplingJ: 1.96 * Math.sqrt(stepSquares / 12) * joulesPerNj,
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

/** How far a piece's energy is off at most, if the power in it lay between two bounds, J. */
function offByJ({ energyNj, widthUs }: ReturnType<typeof pieceOf>, lowMw: number, highMw: number): number {
  return Math.max(highMw * widthUs - energyNj, energyNj - lowMw * widthUs) * joulesPerNj;
}

/** The powers about an end, mW: of the samples that may lie beside it, and of one more on each side. */
function aroundEnd(samples: Samples, us: number, withinUs: number) {
  const from = Math.max(0, firstAbove(samples, us - withinUs) - 2);
  const to = Math.min(samples.count - 1, firstAbove(samples, us + withinUs) + 1);
  const powers = Array.from({ length: to - from + 1 }, (_, n) => samples.powerMw[from + n]!);
  const [low, high] = [Math.min(...powers), Math.max(...powers)];
  return { low, high, most: Math.max(Math.abs(low), Math.abs(high)) };
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
