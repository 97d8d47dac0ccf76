import { formatUncertain } from '../measure/honest-digits.js';
import { fixed, formatClock, formatSi, withMinus } from '../units.js';

/** Where a number is not known. */
export const unknown = '–';

const isKnown = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

export const joules = (value: number | null | undefined, uncertainty: number | null = null): string =>
  isKnown(value) ? withMinus(formatUncertain(value, uncertainty, 'J')) : unknown;

/** `3.214 ± 0.096 kJ` as the number, its unit, and how far it may be off, to be written in different sizes. */
export function joulesParts(
  value: number | null | undefined,
  uncertainty: number | null,
): [value: string, unit: string, doubt: string] {
  const text = joules(value, uncertainty);
  const [, number, doubt, unit] = /^(\S+)(?: ± (\S+))?(?: (\S+))?$/.exec(text) ?? [];
  return [number ?? text, unit ?? '', doubt ?? ''];
}

/** `312.4 W`: one decimal whatever the size, so that numbers in a column can be compared at a glance. */
export const watts = (value: number | null | undefined): string =>
  isKnown(value) ? withMinus(`${fixed(value, Math.abs(value) < 10 ? 2 : 1)} W`) : unknown;

/** `12.345 s` or `1:02:03`, as long as it need be. */
export function duration(seconds: number | null | undefined): string {
  if (!isKnown(seconds)) return unknown;
  if (Math.abs(seconds) >= 600) return formatClock(seconds);
  return Math.abs(seconds) < 1 ? formatSi(seconds, 's', 4) : `${fixed(seconds, 3)} s`;
}

const secondsPerClock = 120;

/** An instant on the time axis, whose marks lie `stepS` apart. */
export function instant(seconds: number, stepS: number): string {
  const decimals = Math.min(Math.max(0, Math.ceil(-Math.log10(stepS) - 1e-9)), 6);
  if (Math.abs(seconds) < secondsPerClock && stepS < 60) return withMinus(`${fixed(seconds, decimals)} s`);
  const whole = Math.floor(Math.abs(seconds) + 1e-9);
  const rest = decimals > 0 ? fixed(Math.abs(seconds) - whole, decimals).slice(1) : '';
  return `${seconds < 0 ? '−' : ''}${formatClock(whole)}${rest}`;
}

/** With the zone in which it is told. */
export const date = (unixUs: number): string => {
  const made = new Date(unixUs / 1e3);
  return `${made.getFullYear()}-${two(made.getMonth() + 1)}-${two(made.getDate())} ${two(made.getHours())}:${two(made.getMinutes())}:${two(made.getSeconds())} ${zoneName(-made.getTimezoneOffset())}`;
};

/** @param utcOffsetMin east of Greenwich above 0 */
function zoneName(utcOffsetMin: number): string {
  if (utcOffsetMin === 0) return 'UTC';
  const size = Math.abs(utcOffsetMin);
  const minutes = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return `UTC${utcOffsetMin < 0 ? '−' : '+'}${Math.floor(size / 60)}${minutes}`;
}

const two = (n: number): string => String(n).padStart(2, '0');
