/** A spacing of more periods than this says little of one: the sensor was away, or had nothing new for long. */
const mostPeriods = 3;
const rounds = 3;

/**
 * How often something changes, from the spacings at which its changes were seen: NaN of none. A change that was missed, or that
 * made no difference, leaves a spacing of two periods, which is counted as two. When a change was seen depends on when it was looked
 * for, but of spacings in a row only the first and the last of that remain, as long as each is counted as what it is.
 */
export function periodOf(spacings: Iterable<number>): number {
  const sorted = Float64Array.from(spacings).sort();
  let period = sorted[sorted.length >> 1] ?? Number.NaN;
  for (let round = 0; round < rounds; round++) {
    let [sum, periods] = [0, 0];
    for (const spacing of sorted) {
      const count = Math.max(1, Math.round(spacing / period));
      if (count > mostPeriods) break;
      sum += spacing;
      periods += count;
    }
    period = sum / periods;
  }
  return period;
}
