import type { ReadingTrace } from '../comparison.js';
import { type Readings, readingsOf } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import { type Brackets, bracketsOf } from './brackets.js';
import { type PeriodError, periodError } from './period-error.js';
import { candidatePeriods, refinedPeriod } from './periodogram.js';
import { localPhases } from './phase.js';
import { type Polls, validPolls } from './polls.js';
import { scheduledUpdates } from './schedule.js';
import { stampedUpdates } from './stamps.js';
import { type Track, trackUpdates } from './tracking.js';

/** What the polls show of the sensor's updates, and the readings that are compared. */
export interface Updates {
  readonly readings: Readings;
  readonly polls: Polls;
  /** P, µs, with half of its 95 % interval; null where it cannot be told, and why. */
  readonly period: PeriodError | null;
  readonly periodReason: string | null;
  /** The most that a value may already have been there when it was polled, µs; 0 where the updates' instants are known. */
  readonly unseenHoldUs: number;
  /** How far all instants of updates may be off together, µs. */
  readonly systematicUs: number;
  readonly isLocked: boolean;
}

/** Above this share of polls that changed, the polls are the limit. */
const changedShareMax = 0.92;
const segmentSizes = [64, 24, 10];
const goodShareMin = 0.85;
const badShareMax = 0.08;
const periodInPollsMin = 1.15;
/** Standard deviation of the ages at which values are polled, in poll intervals. */
const agesDeviation = 0.2;

export function findUpdates(trace: ReadingTrace, reference: PowerIntegral): Updates {
  const polls = validPolls(trace, reference);
  const stamped = stampedUpdates(trace, polls);
  if (stamped) return stamped;
  const brackets = bracketsOf(polls);
  const found = trackOf(brackets, polls.intervalUs);
  return typeof found === 'string' ? byPolls(trace, polls, found) : bySchedule(trace, polls, brackets, found);
}

/** The period that the changes keep to, or why there is none. */
export function trackOf(brackets: Brackets, pollUs: number): Track | string {
  if (brackets.changedShare > changedShareMax)
    return `polled every ${milliseconds(pollUs)}, and almost every poll differs: the period is at most that`;
  if (brackets.count < 5) return `only ${brackets.count} changes were seen`;
  for (const size of segmentSizes)
    for (const candidateUs of candidatePeriods(brackets, pollUs, size)) {
      const track = trackUpdates(brackets, refinedPeriod(brackets, candidateUs, size), pollUs);
      if (
        track.goodShare >= goodShareMin &&
        track.badShare < badShareMax &&
        track.periodUs > periodInPollsMin * pollUs
      )
        return track;
    }
  return `polled every ${milliseconds(pollUs)}, and the changes keep to no period that is longer`;
}

function bySchedule(trace: ReadingTrace, polls: Polls, brackets: Brackets, track: Track): Updates {
  const phases = localPhases(brackets, track, polls.intervalUs);
  const updates = scheduledUpdates(polls, brackets, track, phases);
  return {
    readings: readingsOf(updates, trace.quantity, track.periodUs),
    polls,
    period: periodError(phases.updateUs, brackets, track),
    periodReason: null,
    unseenHoldUs: 0,
    systematicUs: phases.systematicUs,
    isLocked: phases.isLocked,
  };
}

/** Without a schedule all polls count, at their own instants: the instants of changes alone would be late by what rounding hides. */
function byPolls(trace: ReadingTrace, polls: Polls, reason: string): Updates {
  const { timeUs, value, intervalUs } = polls;
  const unseenHoldUs = Number.isFinite(intervalUs) ? intervalUs : 0;
  // How old a value was when it was polled is as good as chance.
  const jitterUs = new Float64Array(timeUs.length).fill(unseenHoldUs * agesDeviation);
  const updates = { timeUs, value, jitterUs };
  return {
    readings: readingsOf(updates, trace.quantity, 0),
    polls,
    period: null,
    periodReason: reason,
    unseenHoldUs,
    systematicUs: 0,
    isLocked: false,
  };
}

const milliseconds = (us: number): string => `${Number((us / 1000).toPrecision(3))} ms`;
