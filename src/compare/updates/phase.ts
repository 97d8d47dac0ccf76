import { quantile } from '../quantile.js';
import type { Brackets } from './brackets.js';
import type { Track } from './tracking.js';

/** When the updates were, around each change that fits the period. */
export interface Phases {
  /** Instant of the update that each change shows, µs; NaN for a change that fits no period. */
  readonly updateUs: Float64Array;
  /** What the updates scatter about their schedule, µs: standard deviation. */
  readonly jitterUs: number;
  /** How far all of them may be off together, µs. */
  readonly systematicUs: number;
  /** The polls keep to the updates, so that they never come to look just before and just after one. */
  readonly isLocked: boolean;
}

/** Changes on each side that a local phase is taken from. */
const neighbours = 15;
/** Brackets that all end short of this share of the poll interval were polled in step with the updates. */
const lockedShare = 0.15;

/** The phase where most brackets around meet: it follows a drift, and what is late by itself does not move it. */
export function localPhases(brackets: Brackets, track: Track, pollUs: number): Phases {
  const updateUs = new Float64Array(brackets.count).fill(Number.NaN);
  const counted: number[] = [];
  for (let n = 0; n < brackets.count; n++) if (track.count[n]! >= 0) counted.push(n);
  const rest = (n: number, edgeUs: Float64Array) => edgeUs[n]! - track.count[n]! * track.periodUs;
  for (let k = 0; k < counted.length; k++) {
    const n = counted[k]!;
    const lows: number[] = [];
    const highs: number[] = [];
    for (let j = Math.max(0, k - neighbours); j <= Math.min(counted.length - 1, k + neighbours); j++) {
      const other = counted[j]!;
      if (track.lock[other] !== track.lock[n]) continue;
      lows.push(rest(other, brackets.lowUs));
      highs.push(rest(other, brackets.highUs));
    }
    updateUs[n] = meetingPoint(lows, highs) + track.count[n]! * track.periodUs;
  }
  return { updateUs, ...scatterOf(brackets, updateUs, pollUs) };
}

/** Middle of where most of the intervals overlap. */
export function meetingPoint(lows: number[], highs: number[]): number {
  lows.sort((a, b) => a - b);
  highs.sort((a, b) => a - b);
  let [depth, best, from, to] = [0, 0, Number.NaN, Number.NaN];
  for (let i = 0, j = 0; i < lows.length; ) {
    if (lows[i]! <= highs[j]!) {
      depth++;
      if (depth > best) {
        best = depth;
        from = lows[i]!;
        to = highs[j]!;
      }
      i++;
    } else {
      depth--;
      j++;
    }
  }
  return (from + to) / 2;
}

function scatterOf(brackets: Brackets, updateUs: Float64Array, pollUs: number): Omit<Phases, 'updateUs'> {
  const before: number[] = [];
  const behind: number[] = [];
  let outside = 0;
  for (let n = 0; n < brackets.count; n++) {
    const us = updateUs[n]!;
    if (Number.isNaN(us)) continue;
    before.push(us - brackets.lowUs[n]!);
    behind.push(brackets.highUs[n]! - us);
    outside += Math.max(0, brackets.lowUs[n]! - us, us - brackets.highUs[n]!) ** 2;
  }
  const count = Math.max(before.length, 1);
  // Polls at any phase come within a twentieth of their interval in one case of twenty.
  const closest = Math.max(0, (quantile(before, 0.05) + quantile(behind, 0.05)) / 2);
  const chanceUs = 0.05 * pollUs;
  return {
    jitterUs: Math.sqrt(outside / count),
    systematicUs: Math.max(0, closest - chanceUs) + pollUs / count,
    isLocked: closest > lockedShare * pollUs,
  };
}
