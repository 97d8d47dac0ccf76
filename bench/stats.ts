/** The value that a share `q` of the values does not exceed (nearest rank). */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** What repeats of a measurement say, and how far apart they lie. */
export interface Estimate {
  readonly value: number;
  readonly spread: readonly [number, number];
}

/** The median of repeats, and how far apart they lie. */
export const spreadOf = (values: readonly number[]): Estimate => ({
  value: median(values),
  spread: [quantile(values, 0), quantile(values, 1)],
});

/**
 * The ratio of two programs that took turns, from each turn's own: what drifts from turn to turn falls out. NaN where
 * one of them is missing.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): Estimate {
  const ratios = theirs.map((each, turn) => ours[turn]! / each);
  return spreadOf(ratios);
}

/** The spacing of samples, µs. */
export interface Spacing {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function spacing(instantsUs: readonly number[]): Spacing {
  const gaps = Float64Array.from(instantsUs.slice(1), (at, index) => at - instantsUs[index]!).sort();
  const at = (q: number) => gaps[Math.floor((gaps.length - 1) * q)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** The median of each figure over repeats, but the longest of all: that is what `max` says. */
export const overRepeats = (all: readonly Spacing[]): Spacing => ({
  p50: median(all.map((each) => each.p50)),
  p99: median(all.map((each) => each.p99)),
  p999: median(all.map((each) => each.p999)),
  max: Math.max(...all.map((each) => each.max)),
});
