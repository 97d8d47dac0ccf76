import { descend } from '../search/simplex.js';
import type { Brackets } from './brackets.js';
import { heightAt, type Line, linesThrough, middleLine, reachAt } from './lines.js';
import type { Track } from './tracking.js';

/** Updates at phase + n · period, as near to their brackets as a straight line comes. */
export interface Timetable {
  /** The count that the phase is at: the middle of what it was made from, where phase and period do not pull at each other. */
  readonly middle: number;
  readonly phaseUs: number;
  readonly periodUs: number;
  /** Root mean square of how far the line leaves the brackets, µs, the worst of fifty left out. */
  readonly outsideUs: number;
  /** How far others reach that are in every bracket as well, µs: in the mean of its instants, and of the period. Null where none is in all of them. */
  readonly reach: { readonly instantUs: number; readonly periodUs: number } | null;
}

/** Brackets that a line is laid through; of more, as many at equal distances. */
const bracketsMax = 1200;
/** A pull to the middles of the brackets decides where all of a stretch would do. */
const pull = 1e-3;
const worstShare = 0.02;

/**
 * The line that leaves the brackets least: late updates pull at it no harder than others. As long as polls come at all phases
 * it is known far better than a poll interval.
 * @param members brackets of one lock, in order
 */
export function timetable(
  { lowUs, highUs }: Brackets,
  { count, periodUs }: Track,
  members: readonly number[],
): Timetable {
  const stride = Math.max(1, Math.ceil(members.length / bracketsMax));
  const used = stride === 1 ? members : members.filter((_, n) => n % stride === 0);
  const middle = Math.round((count[members[0]!]! + count[members[members.length - 1]!]!) / 2);
  const lows = Float64Array.from(used, (n) => lowUs[n]! - (count[n]! - middle) * periodUs);
  const highs = Float64Array.from(used, (n) => highUs[n]! - (count[n]! - middle) * periodUs);
  const steps = Float64Array.from(used, (n) => count[n]! - middle);
  const originUs = lows[0]!;
  const cost = (phase: number, more: number): number => {
    let sum = 0;
    for (let n = 0; n < steps.length; n++) {
      const us = originUs + phase + more * steps[n]!;
      const low = us - lows[n]!;
      const high = us - highs[n]!;
      sum += (low < 0 ? -low : high > 0 ? high : 0) + pull * Math.abs(low + high);
    }
    return sum;
  };
  const start = regression(lows, highs, steps, originUs);
  const widthUs = highs[0]! - lows[0]!;
  const range = Math.max(1, steps[steps.length - 1]! - steps[0]!);
  const scale = widthUs / range;
  const found = descend(
    (x, y) => cost(x, y * scale),
    { x: start.phase, y: start.more / scale },
    widthUs / 4,
    1,
    160,
    2,
  );
  const descended = { heightUs: originUs + found.x, riseUs: found.y * scale };
  const lines = linesThrough(lows, highs, steps, descended);
  const line = lines.length > 0 ? middleLine(lines) : descended;
  const outside = steps.map((step, n) => {
    const us = heightAt(line, step);
    return Math.max(0, lows[n]! - us, us - highs[n]!);
  });
  outside.sort();
  const kept = outside.subarray(0, Math.ceil(outside.length * (1 - worstShare)));
  return {
    middle,
    phaseUs: line.heightUs,
    periodUs: periodUs + line.riseUs,
    outsideUs: Math.sqrt(kept.reduce((sum, us) => sum + us * us, 0) / kept.length),
    reach: lines.length > 0 ? reachOf(lines, line, steps) : null,
  };
}

function reachOf(lines: readonly Line[], line: Line, steps: Float64Array): Timetable['reach'] {
  return {
    instantUs: steps.reduce((sum, step) => sum + reachAt(lines, line, step), 0) / steps.length,
    periodUs: lines.reduce((most, { riseUs }) => Math.max(most, Math.abs(riseUs - line.riseUs)), 0),
  };
}

export const instantOf = ({ middle, phaseUs, periodUs }: Timetable, count: number): number =>
  phaseUs + (count - middle) * periodUs;

function regression(lows: Float64Array, highs: Float64Array, steps: Float64Array, originUs: number) {
  let [sumStep, sum, squares, products] = [0, 0, 0, 0];
  for (let n = 0; n < steps.length; n++) {
    sumStep += steps[n]!;
    sum += (lows[n]! + highs[n]!) / 2 - originUs;
  }
  const [meanStep, mean] = [sumStep / steps.length, sum / steps.length];
  for (let n = 0; n < steps.length; n++) {
    squares += (steps[n]! - meanStep) ** 2;
    products += (steps[n]! - meanStep) * ((lows[n]! + highs[n]!) / 2 - originUs - mean);
  }
  const more = squares > 0 ? products / squares : 0;
  return { phase: mean - more * meanStep, more };
}
