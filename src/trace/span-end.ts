import { boundJ, type EndPowers, gapJ, type PowersAround } from '../measure/uncertainty.js';

/** Sums over the spacings up to a sample, by component. */
export interface RunningSums {
  readonly energyNj: Float64Array;
  /** What those sums have lost to rounding: after eight hours at 300 W a double no longer holds single nanojoules. */
  readonly lostNj: Float64Array;
  /** (power step × spacing)² of the spacings that are no gaps. */
  readonly stepSquares: Float64Array;
  readonly gapsJ: Float64Array;
  /** Time in gaps. */
  gapsUs: number;
}

export const newSums = (components: number): RunningSums => ({
  energyNj: new Float64Array(components),
  lostNj: new Float64Array(components),
  stepSquares: new Float64Array(components),
  gapsJ: new Float64Array(components),
  gapsUs: 0,
});

export const copySums = ({ energyNj, lostNj, stepSquares, gapsJ, gapsUs }: RunningSums): RunningSums => ({
  energyNj: energyNj.slice(),
  lostNj: lostNj.slice(),
  stepSquares: stepSquares.slice(),
  gapsJ: gapsJ.slice(),
  gapsUs,
});

/** Adds a spacing's energy, keeping what the addition itself drops (Knuth's two-sum). */
export function addEnergy({ energyNj, lostNj }: RunningSums, c: number, spacingNj: number): void {
  const before = energyNj[c]!;
  const after = before + spacingNj;
  const added = after - before;
  lostNj[c]! += before - (after - added) + (spacingNj - added);
  energyNj[c] = after;
}

/**
 * One component's energy between two samples, behind the spacing of `firstNj` that it begins with. What was lost is added
 * last, to a sum that is small enough to hold it.
 */
export const energyBehindNj = (from: RunningSums, to: RunningSums, c: number, firstNj: number): number =>
  to.energyNj[c]! - from.energyNj[c]! - firstNj + (to.lostNj[c]! - from.lostNj[c]!);

/** Two samples that follow one another. */
interface Spacing {
  readonly leftUs: number;
  readonly rightUs: number;
  readonly leftMw: Float64Array;
  readonly rightMw: Float64Array;
  /** Null where it is no gap. */
  readonly gap: PowersAround | null;
}

/** An end of a span, and the spacing that it lies in. */
export interface SpanEnd extends Spacing {
  readonly us: number;
  /** Number of the sample to the right. */
  readonly sample: number;
  /** Up to the sample to the left. */
  readonly sums: RunningSums;
  /** Extremes of the power where the end may really lie. */
  readonly lowMw: Float64Array;
  readonly highMw: Float64Array;
  /** Samples up to here are among the extremes, and `awaited` more behind it. */
  readonly untilUs: number;
  awaited: number;
  /** How far it may be off by itself. */
  readonly uncertaintyUs: number;
}

/** What a part of a spacing has to say on one component. */
interface Piece {
  readonly energyNj: number;
  readonly stepSquares: number;
  readonly gapsJ: number;
  /** What the power may have done otherwise in a spacing that is cut. */
  readonly cutJ: number;
}

/** A spacing from `fromUs` to `toUs`, the power between its samples interpolated. */
export function pieceOf(spacing: Spacing, fromUs: number, toUs: number, c: number): Piece {
  const widthUs = toUs - fromUs;
  const lengthUs = spacing.rightUs - spacing.leftUs;
  const left = spacing.leftMw[c]!;
  const right = spacing.rightMw[c]!;
  const energyNj = ((powerAt(spacing, fromUs, c) + powerAt(spacing, toUs, c)) / 2) * widthUs;
  const piece = { energyNj, stepSquares: 0, gapsJ: 0, cutJ: 0 };
  const { gap } = spacing;
  if (gap && widthUs === lengthUs) return { ...piece, gapsJ: gapJ(gap, c, lengthUs) };
  if (gap) return { ...piece, gapsJ: boundJ(energyNj, widthUs, gap.low[c]!, gap.high[c]!) };
  if (widthUs === lengthUs) return { ...piece, stepSquares: ((right - left) * lengthUs) ** 2 };
  return { ...piece, cutJ: boundJ(energyNj, widthUs, Math.min(left, right), Math.max(left, right)) };
}

/** The power at an instant within a spacing, mW: on a straight line between its ends. */
export function powerAt({ leftUs, rightUs, leftMw, rightMw }: Spacing, us: number, c: number): number {
  const lengthUs = rightUs - leftUs;
  const share = lengthUs > 0 ? (us - leftUs) / lengthUs : 1;
  return leftMw[c]! + (rightMw[c]! - leftMw[c]!) * share;
}

/** One component's power about an end. */
export const aboutEnd = ({ lowMw, highMw, uncertaintyUs }: SpanEnd, c: number): EndPowers => ({
  lowMw: lowMw[c]!,
  highMw: highMw[c]!,
  uncertaintyUs,
});

/** Takes a sample into the extremes around an end. */
export function widen({ lowMw, highMw }: SpanEnd, powerMw: readonly number[] | Float64Array): void {
  for (let c = 0; c < lowMw.length; c++) {
    const power = powerMw[c]!;
    if (power < lowMw[c]!) lowMw[c] = power;
    if (power > highMw[c]!) highMw[c] = power;
  }
}

/** Of a gap that nobody looked around, the power lay between its two ends. */
export function endsOf(leftMw: Float64Array, rightMw: Float64Array): PowersAround {
  const before = [...leftMw];
  const after = [...rightMw];
  return {
    before,
    after,
    low: before.map((power, c) => Math.min(power, after[c]!)),
    high: before.map((power, c) => Math.max(power, after[c]!)),
  };
}
