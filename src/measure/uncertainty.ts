/*
 * How far an energy may be off, at 95 %. Formulas and assumptions stand in docs/uncertainty.md. Powers in mW, instants
 * in µs, results in joules.
 */

/** The powers around a gap, by component, mW. */
export interface PowersAround {
  /** At the samples on both sides. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Extremes over the samples within a second on both sides. */
  readonly low: number[];
  readonly high: number[];
}

/** The parts of an energy's uncertainty, J. */
export interface Budget {
  /** The board's readings as such. */
  readonly accuracyJ: number;
  /** What the power may have done inside of gaps. */
  readonly gapsJ: number;
  /** What the power may have done otherwise in the spacings that the ends cut. */
  readonly cutsJ: number;
  /** The instants at both ends. */
  readonly instantsJ: number;
  /** Where within its spacing the power changed. */
  readonly samplingJ: number;
}

const joulesPerNj = 1e-9;
/** What of an energy is left of its rails' by adding up. */
const dustShare = 1e-9;
/** Half-width of a normal distribution's middle 95 %, in standard deviations. */
const coverage95 = 1.96;

/** Half-width at 95 % of what lies anywhere within ± a limit, as a data sheet gives it (GUM, 4.3.7). */
export const withinLimit = (limit: number): number => (coverage95 * limit) / Math.sqrt(3);

/** The parts as one figure: they have nothing to do with each other, so their squares add. */
export const combinedJ = (budget: Budget): number =>
  Math.hypot(budget.accuracyJ, budget.gapsJ, stepsJ(budget));

/**
 * All that comes of steps of the power, which summaries list as `edges_j`. That a sample's instant is off and that a step lies
 * anywhere in its spacing may meet in one step, so these add.
 */
export const stepsJ = ({ cutsJ, instantsJ, samplingJ }: Budget): number =>
  Math.hypot(cutsJ, instantsJ + samplingJ);

/** A share as given, or else the board's nominal one; NaN where its maker publishes none: what rests on it is not known. */
export const accuracyShareOf = (
  given: number | null | undefined,
  { nominalAccuracy }: { readonly nominalAccuracy: number | null },
): number => given ?? nominalAccuracy ?? Number.NaN;

/** A figure as summaries have it: null where it rests on what is not known. */
export const figureOrNull = (figure: number): number | null => (Number.isNaN(figure) ? null : figure);

/** A gain error common to all readings. */
export const accuracyJ = (energyJ: number, accuracyShare: number): number =>
  Math.abs(energyJ) * accuracyShare;

/** What all readings lack alike: so many mW, nothing where undefined, over so many µs. */
export const lackingJ = (lackingMw: number | undefined, durationUs: number): number =>
  (lackingMw ?? 0) * durationUs * joulesPerNj;

/** What the power of a calibrated rail is worth, at 95 %: (share · P)² + 2 · covariance · P + offset², beside the reference's. */
export interface RailAccuracy {
  /** Of the comparison with the reference. */
  readonly share: number;
  readonly offset_w: number;
  /** Of the two, W: their product where they go wholly together. */
  readonly covariance_w: number;
  /** Of the reference itself, which all rails that were held against it have in common. */
  readonly reference_share: number;
}

/** What a column of powers is worth: which columns' rails are in it that were calibrated; the nominal share holds for the rest. */
export type CalibratedParts = readonly {
  readonly column: number;
  readonly sign: 1 | -1;
  readonly of: RailAccuracy;
}[];

/**
 * The accuracy's part of a column's energy, some of whose rails were calibrated. What a calibration leaves open is the same for all
 * samples, so that it grows with energy and with time; it has nothing to do with that of another rail, but for the reference.
 * @param energyOf a column, J
 */
export function calibratedAccuracyJ(
  energyJ: number,
  parts: CalibratedParts,
  energyOf: (column: number) => number,
  seconds: number,
  nominalShare: number,
): number {
  let [restJ, referenceJ, squares] = [energyJ, 0, 0];
  for (const { column, sign, of } of parts) {
    const ownJ = energyOf(column);
    const offsetJ = of.offset_w * seconds;
    restJ -= sign * ownJ;
    referenceJ += sign * of.reference_share * ownJ;
    squares += (of.share * ownJ) ** 2 + 2 * of.covariance_w * ownJ * seconds + offsetJ ** 2;
  }
  // What is nothing may be of an accuracy that is not known.
  const ofRestJ = Math.abs(restJ) < dustShare * Math.abs(energyJ) ? 0 : accuracyJ(restJ, nominalShare);
  return Math.hypot(ofRestJ, referenceJ, Math.sqrt(Math.max(squares, 0)));
}

/**
 * How far an energy may be off that was taken over `widthUs` in which the power lay somewhere between two
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

/**
 * The sampling's part, from the sum over spacings of (power step × spacing)²: a step lies anywhere in its spacing, or in so many
 * of them.
 */
export const samplingJ = (stepSquares: number, stepSpacings = 1): number =>
  stepSpacings * coverage95 * Math.sqrt(Math.max(stepSquares, 0) / 12) * joulesPerNj;

/** What it adds that a board's readings stand still between its updates. */
export interface Holding {
  /** How old a reading is when it is sampled, on average, µs. */
  readonly ageUs: number;
  /** How many spacings a step may lie in: at least 1. */
  readonly stepSpacings: number;
}

/**
 * @param updateS between two updates, seconds; null where that is not known
 * @param spacingUs between two samples, typically
 */
export function holdingOf(updateS: number | null, spacingUs: number | null): Holding {
  const updateUs = (updateS ?? 0) * 1e6;
  if (!spacingUs || updateUs <= spacingUs) return { ageUs: 0, stepSpacings: 1 };
  return { ageUs: updateUs / 2, stepSpacings: updateUs / spacingUs };
}

/** An end of a span: the extremes of the power about it, and how far it may be off by itself. */
export interface EndPowers {
  readonly lowMw: number;
  readonly highMw: number;
  readonly uncertaintyUs: number;
}

/**
 * What the instants leave open at both ends. The samples' instants may all be off by `instantUs` to the same side: that
 * takes energy in at one end and drops it at the other, and matters as far as the power differs between the ends. An end
 * that is off by itself matters as far as there is power.
 */
export function instantsJ(start: EndPowers, end: EndPowers, instantUs: number): number {
  const difference = Math.max(end.highMw - start.lowMw, start.highMw - end.lowMw);
  return (difference * instantUs + Math.hypot(ownNj(start), ownNj(end))) * joulesPerNj;
}

const ownNj = ({ lowMw, highMw, uncertaintyUs }: EndPowers): number =>
  Math.max(Math.abs(lowMw), Math.abs(highMw)) * uncertaintyUs;
