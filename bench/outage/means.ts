import type { Samples } from './samples.js';

/** The rows that a column of means has, as `docs/csv.md` and `docs/influx.md` tell them. */
export interface Means {
  /** Of each interval, µs after the recording's instant 0. */
  readonly startUs: readonly number[];
  readonly endUs: readonly number[];
  /** mW; by the column's name, `_min` and `_max` included. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
}

const gapFloorUs = 20_000;
const spacingsKept = 32;
const usualSpacings = 5;

/** An interval, and the samples from `from` up to `to` (left out) that lie in it, its end included. */
interface Interval {
  readonly startUs: number;
  readonly endUs: number;
  readonly from: number;
  readonly to: number;
  readonly isFirst: boolean;
}

/**
 * Means of intervals, made anew from samples. Nothing of powerlog's own code is in it, so that the one is a check of the other.
 * What rounding takes from a rail's row is given to its next, and a sum is that of its rails' rows.
 */
export function meansOf({ startUnixUs, unixUs, powersMw, members }: Samples, widthUs: number): Means {
  const timeUs = unixUs.map((at) => at - startUnixUs);
  const intervals = intervalsOf(timeUs, widthUs);
  const railNames = [...new Set([...members.values()].flat())];
  const means = new Map(
    railNames.map((rail) => [rail, roundedMeans(timeUs, powersMw.get(rail)!, intervals)]),
  );
  for (const [sum, rails] of members)
    means.set(
      sum,
      intervals.map((_, row) => rails.reduce((total, rail) => total + means.get(rail)![row]!, 0)),
    );
  const columns = new Map<string, readonly number[]>();
  for (const [name, column] of means) {
    const reach = intervals.map((interval) => extremes(timeUs, powersMw.get(name)!, interval));
    columns.set(name, column);
    columns.set(
      `${name}_min`,
      reach.map(([low]) => low),
    );
    columns.set(
      `${name}_max`,
      reach.map(([, high]) => high),
    );
  }
  return {
    startUs: intervals.map(({ startUs }) => startUs),
    endUs: intervals.map(({ endUs }) => endUs),
    columns,
  };
}

/** Cut at the grid's last line before a sample, and at gaps. */
function intervalsOf(timeUs: readonly number[], widthUs: number): Interval[] {
  const intervals: Interval[] = [];
  const spacings: number[] = [];
  let [startUs, from, isFirst] = [timeUs[0]!, 0, true];
  const close = (endUs: number, to: number) => {
    if (endUs > startUs || to - from === 1) intervals.push({ startUs, endUs, from, to, isFirst });
  };
  for (let n = 1; n < timeUs.length; n++) {
    const spacing = timeUs[n]! - timeUs[n - 1]!;
    const lineUs = timeUs[n]! - (timeUs[n]! % widthUs);
    const isGap = spacing > gapFloorUs && spacing > usualSpacings * usual(spacings);
    spacings.push(spacing);
    if (spacings.length > spacingsKept) spacings.shift();
    if (isGap) {
      close(timeUs[n - 1]!, n);
      [startUs, from, isFirst] = [timeUs[n]!, n, true];
    } else if (lineUs > startUs) {
      const to = timeUs[n] === lineUs ? n + 1 : n;
      close(lineUs, to);
      [startUs, from, isFirst] = [lineUs, to, false];
    }
  }
  close(timeUs.at(-1)!, timeUs.length);
  return intervals;
}

/** The median; of no spacing nothing is too long. */
const usual = (spacings: readonly number[]): number =>
  [...spacings].sort((a, b) => a - b)[spacings.length >> 1] ?? Number.POSITIVE_INFINITY;

/** Where a power is on its straight way from the sample before an instant to the next one. */
function powerAt(timeUs: readonly number[], mw: readonly number[], atUs: number, next: number): number {
  const before = next - 1;
  if (timeUs[before] === atUs || next >= mw.length) return mw[before]!;
  const share = (atUs - timeUs[before]!) / (timeUs[next]! - timeUs[before]!);
  return mw[before]! + (mw[next]! - mw[before]!) * share;
}

function extremes(
  timeUs: readonly number[],
  mw: readonly number[],
  { startUs, endUs, from, to, isFirst }: Interval,
): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const meet = (power: number) => {
    low = Math.min(low, power);
    high = Math.max(high, power);
  };
  for (let n = from; n < to; n++) meet(mw[n]!);
  if (!isFirst) meet(powerAt(timeUs, mw, startUs, from));
  if (endUs > timeUs[to - 1]!) meet(powerAt(timeUs, mw, endUs, to));
  return [Math.floor(low), Math.ceil(high)];
}

/** Twice the trapezoids up to an interval's ends, by its samples. */
function doubledIntegral(
  timeUs: readonly number[],
  mw: readonly number[],
  { startUs, endUs, from, to, isFirst }: Interval,
): number {
  let [atUs, power] = isFirst ? [timeUs[from]!, mw[from]!] : [startUs, powerAt(timeUs, mw, startUs, from)];
  let doubled = 0;
  const goTo = (nextUs: number, nextPower: number) => {
    doubled += (power + nextPower) * (nextUs - atUs);
    [atUs, power] = [nextUs, nextPower];
  };
  for (let n = from; n < to; n++) goTo(timeUs[n]!, mw[n]!);
  if (endUs > atUs) goTo(endUs, powerAt(timeUs, mw, endUs, to));
  return doubled;
}

function roundedMeans(
  timeUs: readonly number[],
  mw: readonly number[],
  intervals: readonly Interval[],
): number[] {
  let carried = 0;
  return intervals.map((interval) => {
    const doubledUs = 2 * (interval.endUs - interval.startUs);
    if (doubledUs === 0) return mw[interval.from]!;
    const doubled = doubledIntegral(timeUs, mw, interval);
    const mean = doubled / doubledUs;
    const rounded = Math.round((doubled + carried) / doubledUs);
    // A short row takes no more of what a long one was rounded by than its own rounding.
    const value = Math.min(Math.max(rounded, Math.floor(mean)), Math.ceil(mean));
    carried += doubled - value * doubledUs;
    return value;
  });
}
