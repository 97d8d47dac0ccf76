/*
 * Powers over a stretch of time, as pictures and selections want them: in equal intervals, or sample by sample. For Node and for
 * the browser. Instants in µs since the recording began, powers in mW, energies in J.
 */

import type { Extremes } from './range-extremes.js';

/** Equal intervals side by side: interval `n` is from `startUs + n · intervalUs` up to where the next begins. */
export interface Grid {
  readonly startUs: number;
  readonly intervalUs: number;
  readonly count: number;
  /** First and last sample, µs, where they are known: the energy of the interval that one lies in is all on one side of it. */
  readonly reach?: { readonly firstUs: number; readonly lastUs: number };
}

/** One power over a grid. */
export interface Envelope {
  /**
   * The least that was measured in each interval, mW: of the samples in it, and of the line between two samples where that
   * enters and leaves it. NaN where nothing was measured, as in a gap.
   */
  readonly minMw: Float32Array;
  readonly maxMw: Float32Array;
  /**
   * Energy from the recording's first sample up to each interval's begin, and behind the last one up to its end: `count + 1` values,
   * J. Trapezoids over the samples, as in a summary, across gaps too.
   */
  readonly energyJ: Float64Array;
}

/** Powers over one grid, in the order of the recording's series. */
export interface Envelopes {
  readonly grid: Grid;
  readonly series: readonly Envelope[];
}

/** Samples side by side. */
export interface Samples {
  /** In order. */
  readonly timeUs: Float64Array;
  /** By series. */
  readonly powerMw: readonly Float32Array[];
}

/** What is shown of one power in columns of a picture, from left to right. */
export interface Columns {
  /** NaN where nothing was measured. */
  readonly minMw: Float32Array;
  readonly maxMw: Float32Array;
  /** Time-weighted; NaN where nothing was measured. */
  readonly meanMw: Float32Array;
}

export const newColumns = (count: number): Columns => ({
  minMw: new Float32Array(count),
  maxMw: new Float32Array(count),
  meanMw: new Float32Array(count),
});

export const gridEndUs = ({ startUs, intervalUs, count }: Grid): number => startUs + count * intervalUs;

const mwPerW = 1e3;
const usPerS = 1e6;

/** Energy from the recording's first sample up to an instant, J: to the interval, within which power is taken as even. */
export function energyUpToJ(
  { startUs, intervalUs, count, reach }: Grid,
  { energyJ }: Envelope,
  us: number,
): number {
  const n = Math.min(Math.max(Math.floor((us - startUs) / intervalUs), 0), count - 1);
  if (n < 0) return 0;
  const beginUs = Math.max(startUs + n * intervalUs, reach?.firstUs ?? Number.NEGATIVE_INFINITY);
  const endUs = Math.min(startUs + (n + 1) * intervalUs, reach?.lastUs ?? Number.POSITIVE_INFINITY);
  const share = endUs > beginUs ? (us - beginUs) / (endUs - beginUs) : 0;
  return energyJ[n]! + (energyJ[n + 1]! - energyJ[n]!) * Math.min(Math.max(share, 0), 1);
}

/** Energy between two instants, J. */
export const energyBetweenJ = (grid: Grid, envelope: Envelope, fromUs: number, toUs: number): number =>
  energyUpToJ(grid, envelope, toUs) - energyUpToJ(grid, envelope, fromUs);

/** Extremes over the intervals that two instants touch, mW; NaN where nothing was measured. */
export function extremesBetween(
  { startUs, intervalUs, count }: Grid,
  envelope: Envelope,
  fromUs: number,
  toUs: number,
): Extremes {
  const from = Math.floor((fromUs - startUs) / intervalUs);
  const behind = Math.max(from + 1, Math.ceil((toUs - startUs) / intervalUs));
  return extremesAmong(envelope, Math.max(0, from), Math.min(count, behind));
}

function extremesAmong({ minMw, maxMw }: Envelope, first: number, behind: number): Extremes {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = first; n < behind; n++) {
    if (minMw[n]! < least) least = minMw[n]!;
    if (maxMw[n]! > most) most = maxMw[n]!;
  }
  return least > most ? { minMw: Number.NaN, maxMw: Number.NaN } : { minMw: least, maxMw: most };
}

/**
 * Fills columns that share the stretch evenly. An interval is in the column that its middle lies in, so that each extreme is in one column alone;
 * wide intervals are in several.
 * @param extremesOf the intervals from one up to another; looked at one by one where absent: take a grid of a few intervals a column then
 */
export function fillColumns(
  grid: Grid,
  envelope: Envelope,
  fromUs: number,
  toUs: number,
  { minMw, maxMw, meanMw }: Columns,
  extremesOf = (first: number, behind: number): Extremes => extremesAmong(envelope, first, behind),
): void {
  const { startUs, intervalUs, count, reach } = grid;
  const columnUs = (toUs - fromUs) / minMw.length;
  const within = (us: number): number => (reach ? Math.min(Math.max(us, reach.firstUs), reach.lastUs) : us);
  let beforeJ = energyUpToJ(grid, envelope, fromUs);
  let first = Math.round((fromUs - startUs) / intervalUs);
  for (let column = 0; column < minMw.length; column++) {
    const endUs = fromUs + (column + 1) * columnUs;
    const behind = Math.round((endUs - startUs) / intervalUs);
    const middle = Math.floor((endUs - columnUs / 2 - startUs) / intervalUs);
    const [from, to] = behind > first ? [first, behind] : [middle, middle + 1];
    const extremes = extremesOf(Math.max(from, 0), Math.min(to, count));
    const measuredUs = within(endUs) - within(endUs - columnUs);
    const upToJ = energyUpToJ(grid, envelope, endUs);
    const mean = measuredUs > 0 ? ((upToJ - beforeJ) / measuredUs) * usPerS * mwPerW : extremes.minMw;
    minMw[column] = extremes.minMw;
    maxMw[column] = extremes.maxMw;
    // The energy knows parts of intervals, the extremes do not: a mean never leaves them.
    meanMw[column] = Math.min(Math.max(mean, extremes.minMw), extremes.maxMw);
    beforeJ = upToJ;
    first = behind;
  }
}

/** The part of envelopes that two instants touch; its columns are views. */
export function intervalsIn({ grid, series }: Envelopes, fromUs: number, toUs: number): Envelopes {
  const { startUs, intervalUs, count, ...rest } = grid;
  const first = Math.min(Math.max(Math.floor((fromUs - startUs) / intervalUs), 0), count);
  const behind = Math.max(Math.min(Math.ceil((toUs - startUs) / intervalUs), count), first);
  return {
    grid: { ...rest, startUs: startUs + first * intervalUs, intervalUs, count: behind - first },
    series: series.map(({ minMw, maxMw, energyJ }) => ({
      minMw: minMw.subarray(first, behind),
      maxMw: maxMw.subarray(first, behind),
      energyJ: energyJ.subarray(first, behind + 1),
    })),
  };
}

/** Every `factor` intervals as one; what is left over at the end is one too. */
export function coarser({ grid, series }: Envelopes, factor: number): Envelopes {
  const count = Math.ceil(grid.count / factor);
  return {
    grid: { ...grid, intervalUs: grid.intervalUs * factor, count },
    series: series.map(({ minMw, maxMw, energyJ }) => {
      const [least, most, energy] = [
        new Float32Array(count),
        new Float32Array(count),
        new Float64Array(count + 1),
      ];
      for (let n = 0; n < count; n++) {
        const [from, behind] = [n * factor, Math.min((n + 1) * factor, grid.count)];
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let k = from; k < behind; k++) {
          if (minMw[k]! < low) low = minMw[k]!;
          if (maxMw[k]! > high) high = maxMw[k]!;
        }
        least[n] = low > high ? Number.NaN : low;
        most[n] = low > high ? Number.NaN : high;
        energy[n] = energyJ[from]!;
      }
      energy[count] = energyJ[grid.count]!;
      return { minMw: least, maxMw: most, energyJ: energy };
    }),
  };
}

/** How many intervals of a level are one of the next. */
const levelFactor = 4;

/** Envelopes at every coarseness that a picture may want, made when they are. */
export class Pyramid {
  readonly #levels: Envelopes[];

  constructor(readonly finest: Envelopes) {
    this.#levels = [finest];
  }

  /** The coarsest level that still has at least one interval in `us`, or the finest. */
  levelFor(us: number): Envelopes {
    let level = 0;
    while (this.#level(level).grid.count > 1 && this.#level(level).grid.intervalUs * levelFactor <= us)
      level++;
    return this.#level(level);
  }

  fillColumns(series: number, fromUs: number, toUs: number, into: Columns): void {
    const { grid, series: envelopes } = this.levelFor((toUs - fromUs) / into.minMw.length);
    fillColumns(grid, envelopes[series]!, fromUs, toUs, into);
  }

  #level(n: number): Envelopes {
    while (this.#levels.length <= n) this.#levels.push(coarser(this.#levels.at(-1)!, levelFactor));
    return this.#levels[n]!;
  }
}
