/** The quantile of numbers in any order, by straight lines between ranks; NaN without any. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sortedQuantile(sorted, share);
}

function sortedQuantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const [low, high] = [sorted[below] ?? Number.NaN, sorted[Math.min(below + 1, sorted.length - 1)]];
  return low + ((high ?? low) - low) * (place - below);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Standard deviation by the median of what deviates from zero, as if it were normal. */
export const robustScatter = (residuals: Float64Array): number => median(residuals.map(Math.abs)) * 1.4826;
