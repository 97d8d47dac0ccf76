import type { ReadingTrace } from '../comparison.js';
import { readingsOf } from '../model/readings.js';
import { median, quantile } from '../quantile.js';
import type { Brackets } from './brackets.js';
import { periodError } from './period-error.js';
import { candidatePeriods, refinedPeriod, segmentSizes } from './periodogram.js';
import type { Polls } from './polls.js';
import { trackUpdates } from './tracking.js';
import type { Updates } from './updates.js';

/** Stamps that change with nearly every poll, and are always as old, are of the question and not of an update. */
const changedShareMax = 0.92;
const ageSpreadMin = 0.2;
const goodShareMin = 0.85;
/** The finest period that is looked for where polls are slower than updates, in medians of the stamps' spacings. */
const finestShare = 1 / 12;

/** The updates by the sensor's own stamps; null where it has none that say when the value was new. */
export function stampedUpdates(trace: ReadingTrace, polls: Polls): Updates | null {
  if (!trace.updatedUs || polls.timeUs.length < 8) return null;
  const stamps = stampOfPolls(trace, polls);
  const first: number[] = [];
  for (let n = 0; n < stamps.length; n++) {
    if (!Number.isFinite(stamps[n]!)) return null;
    if (n === 0 || stamps[n]! > stamps[n - 1]!) first.push(n);
  }
  const ages = stamps.map((us, n) => polls.timeUs[n]! - us);
  const spreadUs = quantile(ages, 0.95) - quantile(ages, 0.05);
  const isOfQuestion =
    first.length > changedShareMax * stamps.length && spreadUs < ageSpreadMin * polls.intervalUs;
  if (isOfQuestion || first.length < 5) return null;
  const timeUs = first.map((n) => stamps[n]!);
  // A value may be polled again and be another one under the same stamp; the last one is what stood there longest.
  const value = first.map((n, k) => polls.value[(first[k + 1] ?? stamps.length) - 1] ?? polls.value[n]!);
  const spacingUs = median(timeUs.slice(1).map((us, n) => us - timeUs[n]!));
  const period = periodOf(timeUs, first, spacingUs);
  return {
    readings: readingsOf(
      { timeUs, value, jitterUs: new Float64Array(timeUs.length) },
      trace.quantity,
      period?.periodUs ?? spacingUs,
    ),
    polls,
    period,
    periodReason: period ? null : "the sensor's own stamps keep to no period",
    unseenHoldUs: 0,
    vagueChanges: null,
    systematicUs: 0,
    instantUs: 0,
    isLocked: false,
  };
}

function stampOfPolls({ timeUs, updatedUs }: ReadingTrace, polls: Polls): Float64Array {
  const stamps = new Float64Array(polls.timeUs.length);
  for (let n = 0, k = 0; n < timeUs.length && k < stamps.length; n++)
    if (timeUs[n] === polls.timeUs[k]) stamps[k++] = updatedUs![n]!;
  return stamps;
}

function periodOf(timeUs: number[], poll: number[], spacingUs: number) {
  const instants = Float64Array.from(timeUs);
  const brackets: Brackets = {
    count: timeUs.length,
    lowUs: instants,
    highUs: instants,
    poll: Int32Array.from(poll),
    changedShare: 0,
  };
  const finestUs = spacingUs * finestShare;
  for (const size of segmentSizes)
    for (const candidateUs of candidatePeriods(brackets, finestUs, size)) {
      const track = trackUpdates(brackets, refinedPeriod(brackets, candidateUs, size), finestUs);
      if (track.goodShare >= goodShareMin) return periodError(instants, brackets, track);
    }
  return null;
}
