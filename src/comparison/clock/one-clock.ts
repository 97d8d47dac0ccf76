import { usageError } from '../../errors.js';
import type { OptionNames } from '../../foreign/foreign-track.js';
import { stretchesOf } from '../sides/counted-spans.js';
import { nameOf } from '../sides/open-side.js';
import { lengthUs, type Side } from '../sides/side.js';
import { apart, timeText } from './apart.js';
import { isZoneOffset, localOffset, mostAheadUs, offsetText, zoneOffset } from './zone.js';

/** How B's instants come onto A's clock. */
export interface OneClock {
  /** Added to each of B's instants, µs. */
  readonly shiftUs: number;
  /** Whether the two clocks are known to be one: else B lies where it fits A best, and how late it is nobody can tell. */
  readonly isKnown: boolean;
  readonly guess: string | null;
}

const quarterUs = 15 * 60e6;
const hourUs = 3600e6;
const dayUs = 86_400e6;
/** The furthest that clocks of two zones are apart. */
const furthestUs = 26 * hourUs;
/** A place counts as good as the best where B covers at least so much of what it covers there. */
const goodShare = 0.9;

/**
 * Finds what brings B's instants onto A's clock, by what is known of both and, for clocks without a zone, by where B then lies.
 * @param zone of B's wall clock, as `--tz-b` has it
 * @param names what the options about B are called
 * @throws UserError (badInput) where they share no time; (usage) where several zones would do, or `zone` is none
 */
export function oneClock(
  a: Side,
  b: Side,
  zone: string | undefined,
  names: Pick<OptionNames, 'zone'>,
): OneClock {
  if (zone !== undefined) return inZone(a, b, zone);
  if (isSameRecording(a, b)) return { shiftUs: 0, isKnown: true, guess: null };
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindB === 'begin' && kindA !== 'elapsed')
    return overlapping(
      a,
      b,
      0,
      `${called(b)} counts seconds and does not say since when: since ${called(a)} begins`,
    );
  if (kindA === 'elapsed' || kindB === 'elapsed' || kindA === 'begin') return unknownClock();
  const plainUs = b.originUs - a.originUs;
  if (kindA === 'utc' && kindB === 'utc') return asStamped(a, b, plainUs);
  if (kindA === kindB && kindA === 'wall' && overlapUs(a, b, plainUs) > 0)
    return { shiftUs: plainUs, isKnown: true, guess: null };
  return byPlace(a, b, plainUs, names.zone);
}

/** @param shiftUs where fitting put B */
export const fittedClock = (b: Side, a: Side, shiftUs: number): OneClock => ({
  shiftUs,
  isKnown: false,
  guess: `the times of ${called(b)} and ${called(a)} do not count from the same instant: B was laid where it fits A best, so how late it is cannot be told`,
});

const unknownClock = (): OneClock => ({ shiftUs: 0, isKnown: false, guess: null });

type ClockKind = 'utc' | 'wall' | 'day' | 'begin' | 'elapsed';

function kindOf({ clock }: Side): ClockKind {
  if (clock.kind === 'recording') return clock.startUnixUs === null ? 'begin' : 'utc';
  return clock.kind === 'local' ? 'wall' : clock.kind;
}

/** Tracks of one recording, and columns of one file, share its clock whatever that is. */
const isSameRecording = (a: Side, b: Side): boolean =>
  (a.path === b.path && a.path !== '-' && a.clock.kind === b.clock.kind) ||
  (a.clock.kind === 'recording' &&
    b.clock.kind === 'recording' &&
    a.recording !== null &&
    a.recording.id === b.recording?.id);

const called = (side: Side): string => nameOf(side.path);

/** How long both reach where B is moved so; of several runs, the one that reaches longest. */
function overlapUs(a: Side, b: Side, shiftUs: number): number {
  const [startUs, endUs] = [a.timeUs[0]!, a.timeUs.at(-1)!];
  return stretchesOf(b).reduce((most, { from, behind }) => {
    const begin = Math.max(startUs, b.timeUs[from]! + shiftUs);
    return Math.max(most, Math.min(endUs, b.timeUs[behind - 1]! + shiftUs) - begin);
  }, Number.NEGATIVE_INFINITY);
}

function overlapping(a: Side, b: Side, shiftUs: number, guess: string | null): OneClock {
  if (overlapUs(a, b, shiftUs) <= 0) throw apart(a, b, shiftUs, true);
  return { shiftUs, isKnown: true, guess };
}

/** Stamps in UTC mean what they say, unless they then share no time and would after whole quarters of an hour. */
function asStamped(a: Side, b: Side, shiftUs: number): OneClock {
  if (overlapUs(a, b, shiftUs) > 0) return { shiftUs, isKnown: true, guess: null };
  const best = bestOf(
    a,
    b,
    // A zone may have been left out, or taken off twice.
    placesAround(shiftUs, mostAheadUs).filter((each) => each !== shiftUs),
  );
  if (best.length === 0 || bestUs(a, b, best) < goodShare * Math.min(lengthUs(a), lengthUs(b)))
    throw apart(a, b, shiftUs, true);
  const chosen = wholeHours(best, shiftUs)[0]!;
  const by = timeText(Math.abs(chosen - shiftUs));
  return {
    ...{ shiftUs: chosen, isKnown: true },
    guess: `the stamps of ${called(b)} are ${by} ${chosen > shiftUs ? 'early' : 'late'}, as where a zone was left out: they are moved by that`,
  };
}

/** A clock without a zone belongs where it lies within the other's time. */
function byPlace(a: Side, b: Side, plainUs: number, option: string | null): OneClock {
  const isDay = [a, b].some((side) => kindOf(side) === 'day');
  const middleUs = isDay ? dayShiftUs(a, b) : plainUs;
  // Of the wall clock that has no zone, how far it must be ahead of UTC.
  const wall = kindOf(b) === 'utc' ? a : b;
  const aheadUs = (shiftUs: number) => (wall === b ? plainUs - shiftUs : shiftUs - plainUs);
  const areWalls = kindOf(a) === 'wall' && kindOf(b) === 'wall';
  const places = placesAround(middleUs, isDay ? furthestUs + dayUs : furthestUs);
  const best = bestOf(
    a,
    b,
    isDay || areWalls ? places : places.filter((each) => isZoneOffset(aheadUs(each))),
  );
  if (best.length === 0) throw apart(a, b, plainUs, isDay);
  const isZone = (shiftUs: number, zoneUs: number) =>
    (isDay ? (((aheadUs(shiftUs) - zoneUs) % dayUs) + dayUs) % dayUs : aheadUs(shiftUs) - zoneUs) === 0;
  const hereUs = localOffset(wall.originUs + wall.timeUs[0]!);
  const preferred = best.find((each) => isZone(each, hereUs)) ?? best.find((each) => isZone(each, 0));
  const whole = wholeHours(best, plainUs);
  const chosen = preferred ?? (whole.length === 1 ? whole[0] : undefined);
  const zoneText = (shiftUs: number) =>
    offsetText(
      isDay ? ((((aheadUs(shiftUs) + 12 * hourUs) % dayUs) + dayUs) % dayUs) - 12 * hourUs : aheadUs(shiftUs),
    );
  if (chosen === undefined)
    throw usageError(
      `the times of ${called(wall)} bear no zone, and several would do (${best.slice(0, 6).map(zoneText).join(', ')})${option === null ? '' : `: say which with ${option}`}`,
    );
  if (areWalls)
    return {
      ...{ shiftUs: chosen, isKnown: true },
      guess: `the times of ${called(b)} and ${called(a)} bear no zone: their clocks are taken to be ${timeText(Math.abs(chosen - plainUs))} apart, since both then reach over the same time`,
    };
  const where = isZone(chosen, hereUs) && hereUs !== 0 ? ", this machine's zone" : '';
  return {
    ...{ shiftUs: chosen, isKnown: true },
    guess: `the times of ${called(wall)} bear no zone: they are taken for ${zoneText(chosen)}${where}, since they then lie within those of ${called(wall === b ? a : b)}`,
  };
}

function inZone(a: Side, b: Side, zone: string): OneClock {
  const offset = zoneOffset(zone);
  if (kindOf(b) !== 'wall')
    throw usageError(`--tz-b is about wall clocks without a zone, and the times of ${called(b)} are none`);
  if (kindOf(a) !== 'utc')
    throw usageError(
      `--tz-b: the times of ${called(a)} are not in UTC, so a zone of ${called(b)} helps nothing`,
    );
  // The zone may change in mid-run: each instant has its own.
  const firstUs = offset(b.originUs + b.timeUs[0]!);
  for (let n = 0; n < b.timeUs.length; n++) b.timeUs[n]! -= offset(b.originUs + b.timeUs[n]!) - firstUs;
  return overlapping(a, b, b.originUs - firstUs - a.originUs, null);
}

/** Shifts in quarters of an hour, so many on either side. */
function placesAround(middleUs: number, reachUs: number): number[] {
  const count = Math.floor(reachUs / quarterUs);
  return Array.from({ length: 2 * count + 1 }, (_, n) => middleUs + (n - count) * quarterUs);
}

/** Those of the shifts at which B covers about as much of A as at the best; of several runs it may be a short one that is of A's time. */
function bestOf(a: Side, b: Side, shifts: readonly number[]): number[] {
  const most = bestUs(a, b, shifts);
  if ((b.begins?.length ?? 1) > 1) return shifts.filter((each) => overlapUs(a, b, each) > 0);
  return most <= 0 ? [] : shifts.filter((each) => overlapUs(a, b, each) >= goodShare * most);
}

const bestUs = (a: Side, b: Side, shifts: readonly number[]): number =>
  shifts.reduce((most, each) => Math.max(most, overlapUs(a, b, each)), 0);

const wholeHours = (shifts: readonly number[], fromUs: number): number[] => {
  const whole = shifts.filter((each) => (each - fromUs) % hourUs === 0);
  return (whole.length > 0 ? whole : [...shifts]).sort((x, y) => Math.abs(x - fromUs) - Math.abs(y - fromUs));
};

/** Brings a clock without a date to the day of the other. */
function dayShiftUs(a: Side, b: Side): number {
  const midnightUs = (side: Side) => Math.floor((side.originUs + side.timeUs[0]!) / dayUs) * dayUs;
  if (kindOf(a) === 'day' && kindOf(b) === 'day') return b.originUs - a.originUs;
  return kindOf(b) === 'day'
    ? midnightUs(a) + b.originUs - a.originUs
    : b.originUs - (midnightUs(b) + a.originUs);
}
