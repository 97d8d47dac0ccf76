import { plural } from '../../units.js';
import type { ReadingTrace } from '../comparison.js';
import { type Readings, readingsOf } from '../model/readings.js';
import { median } from '../quantile.js';
import type { PowerIntegral } from '../reference/integral.js';
import { ms } from '../time-text.js';
import { eventsOf } from '../verdict/correspondence.js';
import { type LoadPeriod, repeatsItself } from '../verdict/load-period.js';
import { type Brackets, bracketsOf } from './brackets.js';
import { type PeriodError, periodError, wholeError } from './period-error.js';
import { candidatePeriods, refinedPeriod, segmentSizes } from './periodogram.js';
import { phasesOf, strictness } from './phase.js';
import { type Polls, validPolls } from './polls.js';
import { scheduledUpdates } from './schedule.js';
import { stampedUpdates } from './stamps.js';
import { countPeriods, type Track, trackUpdates } from './tracking.js';

/** What the polls show of the sensor's updates, and the readings that are compared. */
export interface Updates {
  readonly readings: Readings;
  readonly polls: Polls;
  /** Of the updates, µs, with half of its 95 % interval; null where it cannot be told, and why. */
  readonly period: PeriodError | null;
  readonly periodReason: string | null;
  /**
   * The most that a value may already have been there when it was polled, µs; 0 where the updates' instants are known, infinite where
   * nothing bounds it.
   */
  readonly unseenHoldUs: number;
  /** The changes that were seen, where neither they nor the polls tell how often values come; else null. */
  readonly vagueChanges: number | null;
  /** How far all instants of updates may be off together, µs. */
  readonly systematicUs: number;
  /** How far each instant may be off by itself, µs: standard deviation. */
  readonly instantUs: number;
  readonly isLocked: boolean;
}

/** Fewer changes than this keep to any period. */
const fewestChanges = 5;
/** Above this share of polls that changed, the polls are the limit. */
const changedShareMax = 0.92;
const goodShareMin = 0.92;
const periodInPollsMin = 1.15;
/** Share of the changes that keep strictly to a period: another one is better by so much, and one is good enough from here. */
const clearlyBetter = 0.02;
const convincingShare = 0.93;
/** A share of the changes that as good as all are. */
const fractionShare = 0.95;
/** Two periods this far apart are not the same. */
const longer = 1.2;
/** Changes further apart than this tell a bound of the period no better. */
const farthestChange = 64;
/** How much likelier what keeps to a period has to be by it than by chance, as a logarithm. */
const evidenceMin = 12;
/** A period is told by stamps that are at least so many times finer, in half-widths. */
const timedPeriods = 4;
/** A sensor whose changes are no more than so many of the load's swings shows no others. */
const changesPerSwing = 1.2;
/** So near to a whole number of parts, a period parts another evenly. */
const evenly = 0.05;
/** Standard deviation of the ages at which values are polled, in poll intervals. */
const agesDeviation = 0.2;

/** @param load how the reference repeats itself; null where it does not */
export function findUpdates(
  trace: ReadingTrace,
  reference: PowerIntegral,
  load: LoadPeriod | null = null,
): Updates {
  const polls = validPolls(trace, reference);
  const stamped = stampedUpdates(trace, polls);
  if (stamped) return stamped;
  const brackets = bracketsOf(polls);
  const holdUs = longestHoldUs(brackets);
  const found = trackOf(brackets, polls.intervalUs, holdUs);
  if (typeof found === 'string') return byPolls(trace, polls, brackets, holdUs, found);
  const doubt =
    untimed(found, trace.pollUncertaintyUs ?? 0) ??
    (load && repeated(load, found.periodUs, brackets.count, eventsOf(reference, polls.intervalUs)));
  return doubt ? byPolls(trace, polls, brackets, holdUs, doubt) : bySchedule(trace, polls, brackets, found);
}

/** A period as short as what the polls' instants are known to is one of the stamps. */
const untimed = ({ periodUs }: Track, uncertaintyUs: number): string | null =>
  periodUs < timedPeriods * uncertaintyUs
    ? `when it was polled is known to ${ms(2 * uncertaintyUs)} only, and the changes follow each other faster`
    : null;

/** Where a load repeats itself and B changes with it alone, a period that parts half of the load's evenly may be the load's. */
function repeated(load: LoadPeriod, periodUs: number, changes: number, swings: number): string | null {
  const parts = (2 * load.periodUs) / periodUs;
  const isOfLoad = repeatsItself(load) && Math.abs(parts - Math.round(parts)) < evenly;
  return isOfLoad && changes < changesPerSwing * swings
    ? `B changes only where the load does, which repeats itself every ${ms(load.periodUs)}: how often it could change does not show`
    : null;
}

/** The period that the changes keep to, or why there is none. */
export function trackOf(
  brackets: Brackets,
  pollUs: number,
  holdUs = longestHoldUs(brackets),
): Track | string {
  if (brackets.changedShare > changedShareMax)
    return `polled every ${ms(pollUs)}, and almost every poll differs: the period is at most that`;
  if (brackets.count < fewestChanges) return `only ${changesSeen(brackets.count)}`;
  let best: Judged | null = null;
  for (const size of segmentSizes) {
    let isDoubtful = false;
    for (const candidateUs of candidatePeriods(brackets, pollUs, size)) {
      const found = judged(brackets, refinedPeriod(brackets, candidateUs, size), pollUs);
      if (!found || (best && !isBetter(found, best))) continue;
      // Where polls beat with the updates, a long segment may have missed the period by so much that half of it fits better.
      isDoubtful = best !== null && found.track.periodUs < best.track.periodUs;
      // Where the phase jumps half of a period fits better, too, and shows itself by no change of its own: so with a real H200.
      if (isDoubtful && isFraction(found.track)) continue;
      best = found;
    }
    if (best && best.share > convincingShare && !isDoubtful) break;
  }
  if (best) return best.track;
  return isPollLimited(holdUs, pollUs)
    ? `polled every ${ms(pollUs)}, and the changes keep to no longer period: it is at most that, or irregular`
    : `${changesSeen(brackets.count)}, and they keep to no period: it is at most ${ms(holdUs)}, or irregular`;
}

/** Where values follow each other poll by poll they come as often as that: fewer changes leave more open. */
const isPollLimited = (holdUs: number, pollUs: number): boolean => holdUs < longer * pollUs;

export const changesSeen = (count: number): string =>
  `${plural(count, 'change')} ${count === 1 ? 'was' : 'were'} seen`;

interface Judged {
  readonly track: Track;
  readonly share: number;
}

/** Of a period and its fractions, which fit as well, it is the longest. */
function isBetter(found: Judged, best: Judged): boolean {
  const isLonger = found.track.periodUs > longer * best.track.periodUs;
  return found.share > best.share + (isLonger ? -clearlyBetter : clearlyBetter);
}

/** Whether next to all changes are two, three, … of these periods apart: then they show that multiple, and not this. */
function isFraction({ lock, count }: Track): boolean {
  const steps: number[] = [];
  for (let n = 1; n < count.length; n++)
    if (lock[n] === lock[n - 1] && count[n]! >= 0 && count[n - 1]! >= 0)
      steps.push(count[n]! - count[n - 1]!);
  const usual = median(steps);
  return usual > 1 && steps.filter((each) => each % usual === 0).length > fractionShare * steps.length;
}

/** The changes counted in a period, and how strictly they keep to it; null where they do not. */
function judged(brackets: Brackets, startUs: number, pollUs: number): Judged | null {
  const strictUs = (periodUs: number) => 500 + 0.02 * Math.max(0, periodUs - pollUs);
  const strict = (track: Track) => ({ track, ...strictness(brackets, track, strictUs(track.periodUs)) });
  const first = strict(trackUpdates(brackets, startUs, pollUs));
  // Where polls beat with the updates only a timetable of the whole run has the period.
  const refined = phasesOf(brackets, first.track, pollUs).whole?.periodUs ?? first.periodUs;
  const isNear = Math.abs(refined / first.track.periodUs - 1) < 0.05;
  const second = isNear ? strict(countPeriods(brackets, refined, pollUs, 2000)) : first;
  const { track, share } = second.share >= first.share ? second : first;
  const isPeriod = track.goodShare > goodShareMin && track.periodUs > periodInPollsMin * pollUs;
  const byChance = (pollUs + 2 * strictUs(track.periodUs)) / track.periodUs;
  return isPeriod && brackets.count * evidence(share, byChance) > evidenceMin ? { track, share } : null;
}

/** Of each change, where so many keep to a period: brackets nearly as wide as that are met by any. */
function evidence(share: number, byChance: number): number {
  if (share <= byChance) return 0;
  const outside = share < 1 ? (1 - share) * Math.log((1 - share) / (1 - byChance)) : 0;
  return share * Math.log(share / byChance) + outside;
}

function bySchedule(trace: ReadingTrace, polls: Polls, brackets: Brackets, track: Track): Updates {
  const phases = phasesOf(brackets, track, polls.intervalUs);
  const updates = scheduledUpdates(polls, brackets, track, phases);
  return {
    readings: readingsOf(updates, trace.quantity, track.periodUs),
    polls,
    period: phases.whole ? wholeError(brackets, phases) : periodError(phases.updateUs, brackets, track),
    periodReason: null,
    unseenHoldUs: 0,
    vagueChanges: null,
    systematicUs: phases.systematicUs,
    instantUs: instantScatter(phases.jitterUs, polls.intervalUs),
    isLocked: phases.isLocked,
  };
}

/**
 * What updates scatter by, from how far they lie outside their brackets: most of those that are early or late by less than a bracket is long lie
 * inside it all the same. Of a normal scatter σ about polls at any phase, 0.532 σ³ / D is left to see of its square.
 */
const instantScatter = (outsideUs: number, pollUs: number): number =>
  Math.max(outsideUs, Math.min(pollUs / Math.sqrt(12), Math.cbrt((outsideUs ** 2 * pollUs) / 0.532)));

/** Without a schedule all polls count, at their own instants: the instants of changes alone would be late by what rounding hides. */
function byPolls(
  trace: ReadingTrace,
  polls: Polls,
  brackets: Brackets,
  heldUs: number,
  reason: string,
): Updates {
  const { timeUs, value, intervalUs } = polls;
  const pollUs = Number.isFinite(intervalUs) ? intervalUs : 0;
  const holdUs = brackets.changedShare > changedShareMax ? pollUs : heldUs;
  const isVague = timeUs.length > 1 && !isPollLimited(holdUs, pollUs);
  // How old a value was when it was polled is as good as chance.
  const jitterUs = new Float64Array(timeUs.length).fill(pollUs * agesDeviation);
  const updates = { timeUs, value, jitterUs };
  return {
    readings: readingsOf(updates, trace.quantity, 0),
    polls,
    period: null,
    periodReason: reason,
    unseenHoldUs: isVague ? holdUs : pollUs,
    vagueChanges: isVague ? brackets.count : null,
    systematicUs: 0,
    instantUs: 0,
    isLocked: false,
  };
}

/**
 * The longest period that changes allow, µs: between one and the n-th after it lie n periods, or more where values came again that were
 * the same. Infinite where there is no second one.
 */
function longestHoldUs({ count, lowUs, highUs }: Brackets): number {
  let leastUs = Number.POSITIVE_INFINITY;
  for (let n = 1; n < count; n++)
    for (let before = Math.max(0, n - farthestChange); before < n; before++)
      leastUs = Math.min(leastUs, (highUs[n]! - lowUs[before]!) / (n - before));
  return leastUs;
}
