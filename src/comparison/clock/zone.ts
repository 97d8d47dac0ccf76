import { usageError } from '../../errors.js';

/** How far a wall clock is ahead of UTC, µs, by what its hands show, µs since 1970. */
type ZoneOffset = (wallUs: number) => number;

const usPerMs = 1e3;
const usPerMin = 60e6;
const minutesPerHour = 60;
/** Zones change their offset at a multiple of this. */
const stretchUs = 15 * usPerMin;

/** Clocks of zones are as far behind UTC, and ahead of it, as that, µs. */
const mostBehindUs = 12 * 60 * usPerMin;
export const mostAheadUs = 14 * 60 * usPerMin;

/** Whether somewhere clocks may be so much ahead of UTC. */
export const isZoneOffset = (aheadUs: number): boolean => aheadUs >= -mostBehindUs && aheadUs <= mostAheadUs;

/** What `--tz-b` says: `UTC`, `local`, `+02:00`, `Europe/Berlin`. @throws UserError (usage) */
export function zoneOffset(zone: string): ZoneOffset {
  if (/^(?:utc|gmt|z)$/i.test(zone)) return () => 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone) ?? [];
  if (sign !== undefined) {
    const us = (Number(hours) * 60 + Number(minutes)) * usPerMin * (sign === '-' ? -1 : 1);
    if (!isZoneOffset(us) || Number(minutes) >= minutesPerHour)
      throw usageError(`--tz-b ${zone} is no time zone: they lie between -12:00 and +14:00`);
    return () => us;
  }
  return kept(zone === 'local' ? localOffset : namedOffset(zone));
}

/** This machine's zone. */
export const localOffset: ZoneOffset = (wallUs) => {
  const wall = new Date(wallUs / usPerMs);
  const local = new Date(
    ...([wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(), wall.getUTCHours()] as const),
    wall.getUTCMinutes(),
  );
  return -local.getTimezoneOffset() * usPerMin;
};

function namedOffset(zone: string): ZoneOffset {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric' },
    });
  } catch {
    throw usageError(
      `--tz-b ${zone} is no time zone that this machine knows; expected UTC, local, +02:00 or a name such as Europe/Berlin`,
    );
  }
  const wallOf = (unixMs: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(unixMs).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
  };
  return (wallUs) => {
    const wallMs = Math.floor(wallUs / usPerMin) * 60e3;
    // By the offset of an instant near it, then by that of the instant that this gives.
    let offsetMs = wallOf(wallMs) - wallMs;
    offsetMs = wallOf(wallMs - offsetMs) - (wallMs - offsetMs);
    return offsetMs * usPerMs;
  };
}

/** Asks for each quarter of an hour once. */
function kept(offset: ZoneOffset): ZoneOffset {
  let [stretch, us] = [Number.NaN, 0];
  return (wallUs) => {
    const now = Math.floor(wallUs / stretchUs);
    if (now !== stretch) [stretch, us] = [now, offset(wallUs)];
    return us;
  };
}

/** `UTC+1`, `UTC−3:30`. */
export function offsetText(us: number): string {
  if (us === 0) return 'UTC';
  const minutes = Math.abs(Math.round(us / usPerMin));
  const rest = minutes % 60 === 0 ? '' : `:${String(minutes % 60).padStart(2, '0')}`;
  return `UTC${us < 0 ? '−' : '+'}${Math.floor(minutes / 60)}${rest}`;
}
