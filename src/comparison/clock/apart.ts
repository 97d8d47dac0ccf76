import { inputError } from '../../errors.js';
import { fixed } from '../../units.js';
import { nameOf } from '../sides/open-side.js';
import type { Side } from '../sides/side.js';

/** How long a time is said to be up to which unit, s. */
const spoken = [
  { unit: 's', seconds: 1, below: 120 },
  { unit: 'min', seconds: 60, below: 3600 },
  { unit: 'h', seconds: 3600, below: 48 * 3600 },
  { unit: 'd', seconds: 86_400, below: Number.POSITIVE_INFINITY },
];

/** `90 s`, `5.75 h`, `2671.42 d`. */
export function timeText(us: number): string {
  const { unit, seconds } = spoken.find(({ below }) => us / 1e6 < below)!;
  return `${fixed(us / 1e6 / seconds, 2).replace(/\.?0+$/, '')} ${unit}`;
}

/** That two share no time, with where each lies. @param shiftUs what brings B onto A's clock, or would if B's hands were A's */
export function apart(a: Side, b: Side, shiftUs: number, isZoneKnown: boolean): Error {
  const byUs = timeText(Math.abs(a.timeUs[0]! - b.timeUs[0]! - shiftUs));
  const dated = (us: number): string =>
    new Date((a.originUs + us) / 1e3).toISOString().replace(/\.\d+Z$/, '');
  // Dates of both are on A's clock, so that they can be held against each other.
  const reach = (side: Side, offsetUs: number): string => {
    const [from, to] = [side.timeUs[0]!, side.timeUs.at(-1)!];
    if (!isDated(side)) return `${(from / 1e6).toFixed(1)} s to ${(to / 1e6).toFixed(1)} s`;
    const zone = !isZoned(side) && !(isZoneKnown && side === b) ? 'by a clock without a zone' : 'UTC';
    return `${dated(from + offsetUs)} to ${dated(to + offsetUs)} ${zone}`;
  };
  const [nameA, nameB] = [nameOf(a.path), nameOf(b.path)];
  return inputError(
    `${nameA} and ${nameB} share no time: ${nameA} reaches from ${reach(a, 0)}, ${nameB} from ${reach(b, shiftUs)}, and they begin ${byUs} apart${isZoneKnown ? '' : ' by their hands, which no zone explains'}`,
  );
}

const isZoned = ({ clock }: Side): boolean => clock.kind === 'utc' || clock.kind === 'recording';

const isDated = ({ clock }: Side): boolean =>
  clock.kind === 'utc' ||
  clock.kind === 'local' ||
  (clock.kind === 'recording' && clock.startUnixUs !== null);
