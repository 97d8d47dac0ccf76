import type { PowersAround } from './gaps.js';

/*
 * How far an energy may be off, at 95 %. Formulas and assumptions stand in docs/uncertainty.md. Powers in mW, instants
 * in µs, results in joules.
 */

/** The parts of an energy's uncertainty, J. */
export interface Budget {
  /** The board's readings as such. */
  readonly accuracyJ: number;
  /** What the power may have done inside of gaps. */
  readonly gapsJ: number;
  /** The instants at both ends, and the spacing that each end cuts. */
  readonly edgesJ: number;
  /** Where within its spacing the power changed. */
  readonly samplingJ: number;
}

export interface Assumptions {
  /** Of a power reading, as a share (0.03), at 95 %. */
  readonly accuracyShare: number;
  /** A sample was taken within this of its instant: half a round trip. */
  readonly instantUs: number;
  /** Longer spacings are gaps. */
  readonly gapLimitUs: number;
}

const joulesPerNj = 1e-9;
/** Half-width of a normal distribution's middle 95 %, in standard deviations. */
const coverage95 = 1.96;

/** The parts as one figure: they are independent, so their squares add. */
export const combinedJ = ({ accuracyJ, gapsJ, edgesJ, samplingJ }: Budget): number =>
  Math.hypot(accuracyJ, gapsJ, edgesJ, samplingJ);

/** The budget of energies added up, as of a phase that ran several times: only the sampling averages out. */
export const sumBudgets = (budgets: readonly Budget[]): Budget => ({
  accuracyJ: budgets.reduce((sum, { accuracyJ }) => sum + accuracyJ, 0),
  gapsJ: budgets.reduce((sum, { gapsJ }) => sum + gapsJ, 0),
  edgesJ: budgets.reduce((sum, { edgesJ }) => sum + edgesJ, 0),
  samplingJ: Math.hypot(...budgets.map(({ samplingJ }) => samplingJ)),
});

/** A gain error common to all readings. */
export const accuracyJ = (energyJ: number, accuracyShare: number): number =>
  Math.abs(energyJ) * accuracyShare;

/**
 * How far an energy may be off that was taken for a stretch of `widthUs` in which the power lay somewhere between two
 * bounds: an interval, not a deviation.
 */
export function boundJ(energyNj: number, widthUs: number, lowMw: number, highMw: number): number {
  return Math.max(highMw * widthUs - energyNj, energyNj - lowMw * widthUs, 0) * joulesPerNj;
}

/** A gap's bound for one component: the power in it lay between the extremes around it. */
export function gapJ(around: PowersAround, component: number, lengthUs: number): number {
  const trapezoid = ((around.before[component]! + around.after[component]!) / 2) * lengthUs;
  return boundJ(trapezoid, lengthUs, around.low[component]!, around.high[component]!);
}

/** The sampling's part, from the sum over spacings of (power step × spacing)²: a step lies anywhere in its spacing. */
export const samplingJ = (stepSquares: number): number =>
  coverage95 * Math.sqrt(Math.max(stepSquares, 0) / 12) * joulesPerNj;

/** An instant that is off by `instantUs` beside a power step moves that much energy across the edge. */
export const instantJ = (stepMw: number, instantUs: number): number => stepMw * instantUs * joulesPerNj;
