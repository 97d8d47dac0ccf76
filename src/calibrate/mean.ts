/** A mean of readings, how well it is known, and whether they stood still meanwhile. */
interface SteadyMean {
  readonly value: number;
  /** Standard deviation of the mean. */
  readonly error: number;
  readonly isSteady: boolean;
}

/** Even, so that each half has as many. */
const slices = 16;
/** A drift within this share of the reading, or within two steps of the board, is none. */
const stillShare = 5e-4;
const stillSteps = 2;
/** So many standard deviations of their difference may lie between the halves. */
const stillDeviations = 4;

/**
 * Mean of readings in their order. A board may say the same several times, so that single readings tell too little of how far
 * the mean may be off: means of slices do.
 * @param step of the board, in the readings' unit
 */
export function steadyMean(readings: readonly number[], step: number): SteadyMean {
  const value = meanOf(readings);
  if (readings.length < slices) return { value, error: step, isSteady: false };
  const means = Array.from({ length: slices }, (_, n) =>
    meanOf(
      readings.slice(
        Math.floor((n * readings.length) / slices),
        Math.floor(((n + 1) * readings.length) / slices),
      ),
    ),
  );
  const drift = Math.abs(meanOf(means.slice(0, slices / 2)) - meanOf(means.slice(slices / 2)));
  const still = Math.max(
    stillDeviations * halvesApart(means),
    stillShare * Math.abs(value),
    stillSteps * step,
  );
  return { value, error: errorOf(means), isSteady: drift <= still };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Standard deviation of how far the means of both halves lie apart, where nothing drifts: from one slice to the next, which a
 * slope or a step changes little.
 */
function halvesApart(means: readonly number[]): number {
  const squares = means.slice(1).reduce((sum, value, n) => sum + (value - means[n]!) ** 2, 0);
  return Math.sqrt((squares / (2 * (means.length - 1))) * (4 / means.length));
}

/** Of the mean of values that have nothing to do with each other. */
function errorOf(values: readonly number[]): number {
  const centre = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
