/** Lags that are looked at, and readings that they are taken from. */
const lagsMax = 1500;
const readingsMax = 40_000;

/**
 * How many readings stand for one that knows nothing of its neighbours: 1 + 2 Σ ρ, up to where the residuals' correlation is lost in
 * chance. NaN residuals are left out.
 */
export function correlationTime(residuals: Float64Array): number {
  const known = residuals.filter((residual) => !Number.isNaN(residual)).subarray(0, readingsMax);
  const count = known.length;
  if (count < 8) return 1;
  let variance = 0;
  for (const residual of known) variance += residual * residual;
  if (variance === 0) return 1;
  let time = 1;
  const chance = 2 / Math.sqrt(count);
  for (let lag = 1; lag < Math.min(lagsMax, count / 4); lag++) {
    let sum = 0;
    for (let n = lag; n < count; n++) sum += known[n]! * known[n - lag]!;
    const correlation = sum / variance;
    if (correlation < chance) break;
    time += 2 * correlation;
  }
  return Math.min(time, count / 4);
}
