import jstat from 'jstat';

const level = 0.95;

/** A figure over repeated runs, in the figure's own unit. */
interface Repeated {
  readonly mean: number;
  /** Of the sample (n − 1); null for one run. */
  readonly stddev: number | null;
  /** 95 % interval of the mean, from Student's t; null for one run. */
  readonly interval95: readonly [low: number, high: number] | null;
}

/** The t that leaves `1 - level` outside of ±t. */
const tQuantile = (degreesOfFreedom: number): number =>
  jstat.jStat.studentt.inv((1 + level) / 2, degreesOfFreedom);

/** Of at least one value. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sum of squared deviations over n − 1. */
function sampleVariance(values: readonly number[], centre: number): number {
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/** Mean, sample standard deviation and 95 % t-interval of at least one value. */
export function repeated(values: readonly number[]): Repeated {
  const centre = mean(values);
  if (values.length < 2) return { mean: centre, stddev: null, interval95: null };
  const stddev = Math.sqrt(sampleVariance(values, centre));
  const half = (tQuantile(values.length - 1) * stddev) / Math.sqrt(values.length);
  return { mean: centre, stddev, interval95: [centre - half, centre + half] };
}

/** Two commands held against each other by Welch's test, which does not assume that they scatter alike. */
export interface Difference {
  /** Mean of the second less mean of the first. */
  readonly difference: number;
  readonly interval95: readonly [low: number, high: number];
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided: how likely at least such a difference is where there is none. */
  readonly pValue: number;
}

/** Null where a sample has fewer than two values, or neither scatters at all. */
export function welch(first: readonly number[], second: readonly number[]): Difference | null {
  if (first.length < 2 || second.length < 2) return null;
  const meanFirst = mean(first);
  const meanSecond = mean(second);
  const errorFirst = sampleVariance(first, meanFirst) / first.length;
  const errorSecond = sampleVariance(second, meanSecond) / second.length;
  const error = Math.sqrt(errorFirst + errorSecond);
  if (error === 0) return null;
  const degreesOfFreedom =
    (errorFirst + errorSecond) ** 2 /
    (errorFirst ** 2 / (first.length - 1) + errorSecond ** 2 / (second.length - 1));
  const difference = meanSecond - meanFirst;
  const t = difference / error;
  const half = tQuantile(degreesOfFreedom) * error;
  return {
    difference,
    interval95: [difference - half, difference + half],
    t,
    degreesOfFreedom,
    pValue: 2 * jstat.jStat.studentt.cdf(-Math.abs(t), degreesOfFreedom),
  };
}
