import { median, quantile } from '../quantile.js';
import type { Brackets } from './brackets.js';
import { meetingPoint } from './meeting-point.js';
import { instantOf, type Timetable, timetable } from './timetable.js';
import type { Track } from './tracking.js';

/** When the updates were, around each change that fits the period. */
export interface Phases {
  /** Instant of the update that each change shows, µs; NaN for a change that fits no period. */
  readonly updateUs: Float64Array;
  /** The one timetable of the whole run; null where it took several. */
  readonly whole: Timetable | null;
  /** What the updates scatter about their schedule, µs: standard deviation. */
  readonly jitterUs: number;
  /** How far all of them may be off together, µs. */
  readonly systematicUs: number;
  /** The polls keep to the updates, so that they never come to look just before and just after one. */
  readonly isLocked: boolean;
}

/** Changes that one timetable is laid through: as many as keep to one, of the whole run if they do. */
const pieceSizes = [Number.POSITIVE_INFINITY, 400, 100, 31];
/** A longer timetable may leave the brackets by this many times what short ones leave, and this much beside, µs. */
const worseFactor = 1.5;
const worseUs = 250;
const leastPiece = 6;
/** Short timetables that are laid where all would take too long. */
const sampled = 60;
/** Brackets that all end short of this share of the poll interval were polled in step with the updates. */
const lockedShare = 0.15;
const chanceGap = 3;

/** Polls' stamps are rounded, some to milliseconds, µs. */
export const stampUs = 300;

/** The instants of the updates by timetables as long as they hold, so that polls at all phases say together when an update was. */
export function phasesOf(brackets: Brackets, tracked: Track, pollUs: number): Phases {
  const updateUs = new Float64Array(brackets.count).fill(Number.NaN);
  const reaches: Timetable['reach'][] = [];
  let longest: Timetable | null = null;
  const track = joined(brackets, tracked);
  for (const members of locksOf(track)) {
    const shortUs = outsideOf(pieces(brackets, track, members, 31, sampled));
    for (const size of pieceSizes) {
      const tables = pieces(brackets, track, members, size);
      if (size > 31 && outsideOf(tables) > worseFactor * shortUs + worseUs) continue;
      for (const { table, members: own } of tables) {
        reaches.push(table.reach);
        for (const n of own) updateUs[n] = instantOf(table, track.count[n]!);
      }
      if (size === Number.POSITIVE_INFINITY && members.length > brackets.count / 2)
        longest = tables[0]!.table;
      break;
    }
  }
  const scatter = scatterOf(brackets, updateUs, pollUs);
  // Where the updates scatter by less than the polls leave open, that is what is not known of them.
  const systematicUs =
    reaches.length > 0 && reaches.every((reach) => reach !== null)
      ? Math.hypot(median(reaches.map(({ instantUs }) => instantUs)), stampUs)
      : scatter.systematicUs;
  return { updateUs, whole: longest, ...scatter, systematicUs };
}

/**
 * Locks that one timetable goes through, as one. A period that was begun with a little wrong loses the updates where polls beat with
 * them, and only the run as a whole tells it.
 */
function joined(brackets: Brackets, track: Track): Track {
  const locks = locksOf(track);
  if (locks.length < 2) return track;
  const { periodUs } = track;
  const count = new Int32Array(track.count.length).fill(-1);
  const apart: number[] = [];
  let [beforeUs, passed] = [Number.NaN, 0];
  for (const members of locks) {
    const table = timetable(brackets, track, members);
    apart.push(table.outsideUs);
    const firstUs = instantOf(table, track.count[members[0]!]!);
    // From the last change of one lock to the first of the next, in periods of the one that holds for both.
    if (!Number.isNaN(beforeUs)) passed += Math.round((firstUs - beforeUs) / periodUs);
    for (const n of members) count[n] = passed + track.count[n]! - track.count[members[0]!]!;
    const last = members[members.length - 1]!;
    beforeUs = instantOf(table, track.count[last]!);
    passed = count[last]!;
  }
  const whole = { ...track, count, lock: new Int32Array(track.lock.length) };
  const { outsideUs } = timetable(brackets, whole, locks.flat());
  return outsideUs <= worseFactor * median(apart) + worseUs ? whole : track;
}

/** The changes of each lock that fit its period, in order. */
function locksOf({ lock, count }: Track): number[][] {
  const locks = new Map<number, number[]>();
  for (let n = 0; n < lock.length; n++) {
    if (count[n]! < 0) continue;
    const members = locks.get(lock[n]!);
    if (members) members.push(n);
    else locks.set(lock[n]!, [n]);
  }
  return [...locks.values()];
}

interface Piece {
  readonly table: Timetable;
  readonly members: readonly number[];
}

/** Timetables of so many changes each; what is left over goes with the last. */
function pieces(
  brackets: Brackets,
  track: Track,
  members: readonly number[],
  size: number,
  most = Number.POSITIVE_INFINITY,
): Piece[] {
  const count = Math.max(1, Math.floor(members.length / Math.min(size, members.length)));
  const stride = Math.max(1, Math.floor(count / most));
  const found: Piece[] = [];
  for (let n = 0; n < count; n += stride) {
    const from = Math.floor((n * members.length) / count);
    const own = members.slice(from, Math.floor(((n + 1) * members.length) / count));
    const table = own.length < leastPiece ? loose(brackets, track, own) : timetable(brackets, track, own);
    found.push({ table, members: own });
  }
  return found;
}

/** Of a few changes the period is that of the whole. */
function loose(
  { lowUs, highUs }: Brackets,
  { count, periodUs }: Track,
  members: readonly number[],
): Timetable {
  const middle = count[members[0]!]!;
  const rest = (edgeUs: Float64Array) => members.map((n) => edgeUs[n]! - (count[n]! - middle) * periodUs);
  const phaseUs = meetingPoint(rest(lowUs), rest(highUs));
  return { middle, phaseUs, periodUs, outsideUs: 0, reach: null };
}

const outsideOf = (tables: readonly Piece[]): number => median(tables.map(({ table }) => table.outsideUs));

/** Share of the changes that lie where short timetables expect them, and the period that these have. */
export function strictness(
  brackets: Brackets,
  track: Track,
  toleranceUs: number,
): { share: number; periodUs: number } {
  let [inside, weight, sum, counted] = [0, 0, 0, 0];
  for (const members of locksOf(track)) {
    if (members.length < leastPiece) continue;
    counted += members.length;
    for (const { table, members: own } of pieces(brackets, track, members, 60, sampled)) {
      for (const n of own) {
        const us = instantOf(table, track.count[n]!);
        if (us > brackets.lowUs[n]! - toleranceUs && us < brackets.highUs[n]! + toleranceUs) inside++;
      }
      weight += own.length;
      sum += own.length * table.periodUs;
    }
  }
  return {
    share: weight > 0 ? ((inside / weight) * counted) / brackets.count : 0,
    periodUs: weight > 0 ? sum / weight : track.periodUs,
  };
}

function scatterOf(
  brackets: Brackets,
  updateUs: Float64Array,
  pollUs: number,
): Omit<Phases, 'updateUs' | 'whole'> {
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
    // Polls that come by chance leave a gap about the update, wider for a line than for an instant.
    systematicUs: Math.max(0, closest - chanceUs) + (chanceGap * pollUs) / count,
    isLocked: closest > lockedShare * pollUs,
  };
}
