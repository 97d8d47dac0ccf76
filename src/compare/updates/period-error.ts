import type { Brackets } from './brackets.js';
import { type Phases, stampUs } from './phase.js';
import type { Track } from './tracking.js';

/** The period, and how far it may be off at 95 %, µs. */
export interface PeriodError {
  readonly periodUs: number;
  readonly errorUs: number;
}

/**
 * How well the counts and the instants fix the period. What the updates scatter about it may wander slowly, so its correlation from one to
 * the next widens the interval.
 */
export function periodError(updateUs: Float64Array, brackets: Brackets, track: Track): PeriodError {
  const residuals: number[] = [];
  let squares = 0;
  for (let from = 0; from < track.lock.length; ) {
    let to = from;
    const members: number[] = [];
    for (; to < track.lock.length && track.lock[to] === track.lock[from]; to++)
      if (!Number.isNaN(updateUs[to]!)) members.push(to);
    const meanCount = members.reduce((sum, n) => sum + track.count[n]!, 0) / members.length;
    const rest = (n: number) =>
      (brackets.lowUs[n]! + brackets.highUs[n]!) / 2 - track.count[n]! * track.periodUs;
    const meanRest = members.reduce((sum, n) => sum + rest(n), 0) / members.length;
    for (const n of members) {
      squares += (track.count[n]! - meanCount) ** 2;
      residuals.push(rest(n) - meanRest);
    }
    from = to;
  }
  let [variance, product] = [0, 0];
  for (let n = 0; n < residuals.length; n++) {
    variance += residuals[n]! ** 2;
    product += n > 0 ? residuals[n]! * residuals[n - 1]! : 0;
  }
  const correlation = variance > 0 ? Math.max(0, Math.min(0.98, product / variance)) : 0;
  const inflation = (1 + correlation) / (1 - correlation);
  const deviation = Math.sqrt(
    ((variance / Math.max(residuals.length - 1, 1)) * inflation) / Math.max(squares, 1),
  );
  return { periodUs: track.periodUs, errorUs: 1.96 * deviation };
}

/** Of one timetable for the whole run: what both its ends may be off, over its length. */
export function wholeError(
  { lowUs, highUs, count }: Brackets,
  { whole, updateUs, jitterUs, systematicUs }: Phases,
): PeriodError {
  const { periodUs, reach } = whole!;
  const known = updateUs.filter((us) => !Number.isNaN(us));
  const periods = Math.max(1, (known[known.length - 1]! - known[0]!) / periodUs);
  if (reach) return { periodUs, errorUs: reach.periodUs + stampUs / periods };
  const widthUs = (highUs[0]! - lowUs[0]! + highUs[count - 1]! - lowUs[count - 1]!) / 2;
  const endsUs = (12 * widthUs) / count + (8 * jitterUs) / Math.sqrt(count) + 2 * systematicUs + stampUs;
  return { periodUs, errorUs: endsUs / periods };
}
