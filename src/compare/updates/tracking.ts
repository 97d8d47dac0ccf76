import type { Brackets } from './brackets.js';
import { meetingPoint } from './meeting-point.js';

/** The changes counted in periods: which update each is, and how well that holds. */
export interface Track {
  readonly periodUs: number;
  /** Stretches in which no period was lost; a count means something within its lock only. */
  readonly lock: Int32Array;
  /** Periods since the lock began; -1 for a change that fits no period. */
  readonly count: Int32Array;
  /** Of the changes behind the first of each lock, those that fit the period. */
  readonly goodShare: number;
}

/** Bad steps in a row after which the phase is taken anew. */
const badInRow = 3;
const lookAhead = 12;

/** How far an update may be out of its bracket, µs. Wide enough for a sensor's jitter, and too narrow for chance to be in phase often. */
export const toleranceUs = (periodUs: number, pollUs: number): number =>
  Math.min(0.1 * periodUs, 0.15 * Math.max(periodUs - pollUs, 0));

/** Follows the changes through the run with a period that is known to about a part in ten thousand, and improves it. */
export function trackUpdates(brackets: Brackets, startPeriodUs: number, pollUs: number): Track {
  let track = countPeriods(brackets, startPeriodUs, pollUs, 200);
  for (const longestSilence of [400, 4000]) {
    const periodUs = regressedPeriod(brackets, track);
    if (!(Math.abs(periodUs / startPeriodUs - 1) < 0.05)) break;
    track = countPeriods(brackets, periodUs, pollUs, longestSilence);
  }
  return track;
}

export function countPeriods(
  brackets: Brackets,
  periodUs: number,
  pollUs: number,
  longestSilence: number,
): Track {
  const { lowUs, highUs } = brackets;
  const lock = new Int32Array(brackets.count);
  const count = new Int32Array(brackets.count).fill(-1);
  const tolerance = toleranceUs(periodUs, pollUs);
  let [phaseUs, periods, locks, badRun] = [Number.NaN, 0, -1, 0];
  let [good, judged] = [0, 0];
  for (let n = 0; n < brackets.count; n++) {
    const middleUs = (lowUs[n]! + highUs[n]!) / 2;
    const steps = Math.round((middleUs - phaseUs) / periodUs);
    if (!(steps <= longestSilence) || badRun >= badInRow) {
      locks++;
      phaseUs = firstPhase(brackets, n, periodUs);
      periods = 0;
      badRun = 0;
      count[n] = 0;
      lock[n] = locks;
      continue;
    }
    lock[n] = locks;
    judged++;
    const expectedUs = phaseUs + steps * periodUs;
    const isIn = expectedUs >= lowUs[n]! - tolerance && expectedUs <= highUs[n]! + tolerance;
    if (steps < 1 || !isIn) {
      badRun++;
      continue;
    }
    good++;
    badRun = 0;
    periods += steps;
    count[n] = periods;
    phaseUs = Math.max(lowUs[n]!, Math.min(highUs[n]!, expectedUs));
  }
  return { periodUs, lock, count, goodShare: good / Math.max(judged, 1) };
}

/** Where a lock begins: an instant that suits the changes that follow too. */
function firstPhase({ lowUs, highUs, count }: Brackets, first: number, periodUs: number): number {
  const lows: number[] = [];
  const highs: number[] = [];
  const originUs = (lowUs[first]! + highUs[first]!) / 2;
  for (let n = first; n < Math.min(count, first + lookAhead); n++) {
    const back = Math.round(((lowUs[n]! + highUs[n]!) / 2 - originUs) / periodUs) * periodUs;
    lows.push(lowUs[n]! - back);
    highs.push(highUs[n]! - back);
  }
  return meetingPoint(lows, highs);
}

/** The slope of the changes' instants over their counts, all locks with the same slope. */
function regressedPeriod({ lowUs, highUs }: Brackets, { lock, count, periodUs }: Track): number {
  let [squares, products] = [0, 0];
  for (let from = 0; from < lock.length; ) {
    let to = from;
    let [n, sumCount, sumUs] = [0, 0, 0];
    const originUs = lowUs[from]!;
    for (; to < lock.length && lock[to] === lock[from]; to++) {
      if (count[to]! < 0) continue;
      n++;
      sumCount += count[to]!;
      sumUs += (lowUs[to]! + highUs[to]!) / 2 - originUs;
    }
    for (let each = from; each < to; each++) {
      if (count[each]! < 0) continue;
      const fromMean = count[each]! - sumCount / n;
      squares += fromMean * fromMean;
      products += fromMean * ((lowUs[each]! + highUs[each]!) / 2 - originUs - sumUs / n);
    }
    from = to;
  }
  return squares > 0 ? products / squares : periodUs;
}
