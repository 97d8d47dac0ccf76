import { firstAtLeast } from '#powerlog/measure/stretch/sorted.js';

/** Whole µs, both ends of it. */
export interface Interval {
  readonly startUs: number;
  readonly endUs: number;
}

export interface Extremes {
  readonly lows: readonly number[];
  readonly highs: readonly number[];
}

/**
 * The least and the most of a power in each interval, in whole mW outwards: of its samples and of the straight lines between them
 * (`docs/influx.md`). Looked for anew in each interval, with nothing of what the feed computes.
 */
export function extremesOf(
  timesUs: readonly number[],
  powersMw: readonly number[],
  intervals: readonly Interval[],
): Extremes {
  const times = Float64Array.from(timesUs);
  const each = intervals.map(({ startUs, endUs }) => {
    const [from, to] = [firstAtLeast(times, startUs), firstAtLeast(times, endUs + 1)];
    const within = powersMw.slice(from, to);
    return [...within, powerAt(times, powersMw, startUs), powerAt(times, powersMw, endUs)];
  });
  return {
    lows: each.map((powers) => Math.floor(Math.min(...powers))),
    highs: each.map((powers) => Math.ceil(Math.max(...powers))),
  };
}

/** On the line between the samples on both sides of an instant. */
function powerAt(timesUs: Float64Array, powersMw: readonly number[], us: number): number {
  const next = firstAtLeast(timesUs, us);
  const after = powersMw[next]!;
  if (timesUs[next] === us) return after;
  const before = powersMw[next - 1]!;
  return before + (after - before) * ((us - timesUs[next - 1]!) / (timesUs[next]! - timesUs[next - 1]!));
}
