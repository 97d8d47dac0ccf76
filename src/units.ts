import { usageError } from './errors.js';

const durationUnitsMs: Record<string, number> = { ms: 1, s: 1e3, min: 60e3, m: 60e3, h: 3600e3, d: 86400e3 };
const byteUnits: Record<string, number> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const currentUnitsA: Record<string, number> = { mA: 1e-3, A: 1 };
const energyUnitsJ: Record<string, number> = { mJ: 1e-3, J: 1, kJ: 1e3, MJ: 1e6, Wh: 3600, kWh: 3.6e6 };

/** The most that options take; what is beyond is a slip of the finger. */
const mostDays = 10_000;
const mostKwh = 1_000_000;
const mostPercent = 1_000_000;
const mostA = 1000;
const mostHz = 100_000;
/** A batch that waits is some 100 kB: several fit into the least. */
const bytesAllowed = { least: 500e3, most: 1000e12 };

/** Text as a number of the smallest unit; NaN where it is none. */
function quantity(text: string, units: Record<string, number>): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z]*)$/.exec(text.trim());
  const [, number, unit = ''] = match ?? [];
  return number !== undefined && Object.hasOwn(units, unit) ? Number(number) * units[unit]! : Number.NaN;
}

/** `10s`, `250ms`, `5m`, `2h`, `1d` as milliseconds. A number without a unit is refused: it could mean either. */
export function parseDurationMs(text: string): number {
  const ms = quantity(text, durationUnitsMs);
  if (!(ms <= mostDays * 86400e3))
    throw usageError(
      `'${text}' is not a duration: a number and a unit (ms, s, m, h, d) from 0s to ${mostDays}d, such as 10s or 5m`,
    );
  return ms;
}

/** `9.2A`, `500mA` as amperes, above 0. */
export function parseCurrentA(text: string): number {
  const amperes = quantity(text, currentUnitsA);
  if (!(amperes > 0 && amperes <= mostA))
    throw usageError(
      `'${text}' is not a current: a number and a unit (mA, A) above 0A and up to ${mostA}A, such as 9.2A`,
    );
  return amperes;
}

/** `12kJ`, `500J`, `1.5Wh` as joules. */
export function parseEnergyJ(text: string): number {
  const joules = quantity(text, energyUnitsJ);
  if (!(joules <= mostKwh * 3.6e6))
    throw usageError(
      `'${text}' is not an energy: a number and a unit (mJ, J, kJ, MJ, Wh, kWh) from 0J to ${mostKwh}kWh, such as 12kJ`,
    );
  return joules;
}

/** `500MB`, `2GB`: bytes of disk. */
export function parseBytes(text: string): number {
  const bytes = quantity(text, byteUnits);
  if (!(bytes >= bytesAllowed.least && bytes <= bytesAllowed.most))
    throw usageError(
      `'${text}' is not a size: a number and a unit (kB, MB, GB, TB) from 500kB on, such as 500MB or 2GB`,
    );
  return Math.floor(bytes);
}

/** `3%` as 0.03. */
export function parsePercent(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  if (!(percent <= mostPercent))
    throw usageError(`'${text}' is not a percentage: a number and % from 0% to ${mostPercent}%, such as 3%`);
  return percent / 100;
}

/** Samples per second. */
export function parseRateHz(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(Hz)?$/i.exec(text.trim());
  const rate = match ? Number(match[1]) : Number.NaN;
  if (!(rate > 0 && rate <= mostHz))
    throw usageError(`'${text}' is not a rate: samples per second above 0 and up to ${mostHz}, such as 400`);
  return rate;
}

const siPrefixes: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
];

/** The SI prefix that brings `magnitude` to 1 … 999. */
export function siPrefix(magnitude: number): { scale: number; prefix: string } {
  const size = Math.abs(magnitude);
  for (const [scale, prefix] of siPrefixes) if (size >= scale) return { scale, prefix };
  return { scale: 1, prefix: '' };
}

/** To nanojoules and nanowatts: what lies below is the dust of adding up. */
export const tidy = (figure: number): number => Math.round(figure * 1e9) / 1e9;

/** With so many decimals; what rounds to zero has no sign. */
export const fixed = (value: number, decimals: number): string =>
  value.toFixed(decimals).replace(/^-(?=0(?:\.0*)?$)/, '');

/** With the sign of a negative number as it is printed. */
export const withMinus = (text: string): string => text.replace(/^-/, '−');

/** A quantity for reading, with `digits` significant digits: `12.3 kJ`. */
export function formatSi(value: number, unit: string, digits = 4): string {
  const { scale, prefix } = siPrefix(Number(value.toPrecision(digits)));
  const scaled = value / scale;
  const whole = Math.max(1, Math.floor(Math.log10(Math.max(Math.abs(scaled), 1))) + 1);
  return `${fixed(scaled, Math.max(0, digits - whole))} ${prefix}${unit}`;
}

/** `1:02:03` for a clock on a status line. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(whole / 3600);
  const tail = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return h > 0 ? `${h}:${tail}` : tail;
}

/** `12,345`. Node's own formatting loads its tables of languages first, 25 ms of a start. */
export const formatCount = (count: number): string =>
  Number.isSafeInteger(count)
    ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
    : count.toLocaleString('en-US');

/** `1 sample`, `2 samples`. */
export const plural = (count: number, noun: string, many = `${noun}s`): string =>
  `${formatCount(count)} ${count === 1 ? noun : many}`;
