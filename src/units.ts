import { usageError } from './errors.js';

const durationUnitsMs: Record<string, number> = { ms: 1, s: 1e3, min: 60e3, m: 60e3, h: 3600e3, d: 86400e3 };
const energyUnitsJ: Record<string, number> = { mJ: 1e-3, J: 1, kJ: 1e3, MJ: 1e6, Wh: 3600, kWh: 3.6e6 };

function quantity(text: string, units: Record<string, number>): { value: number; unit: string } | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-z]*)$/.exec(text.trim());
  if (!match) return undefined;
  const [, number = '', unit = ''] = match;
  const scale = units[unit];
  return scale === undefined ? undefined : { value: Number(number) * scale, unit };
}

/** `10s`, `250ms`, `5m`, `2h`, `1d` as milliseconds. A number without a unit is refused: it could mean either. */
export function parseDurationMs(text: string): number {
  const parsed = quantity(text, durationUnitsMs);
  if (!parsed)
    throw usageError(`'${text}' is not a duration: a number and a unit (ms, s, m, h, d), such as 10s or 5m`);
  return parsed.value;
}

/** `12kJ`, `500J`, `1.5Wh` as joules. */
export function parseEnergyJ(text: string): number {
  const parsed = quantity(text, energyUnitsJ);
  if (!parsed)
    throw usageError(
      `'${text}' is not an energy: a number and a unit (mJ, J, kJ, MJ, Wh, kWh), such as 12kJ`,
    );
  return parsed.value;
}

/** `3%` as 0.03. */
export function parsePercent(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*%$/.exec(text.trim());
  if (!match) throw usageError(`'${text}' is not a percentage: a number and %, such as 3%`);
  return Number(match[1]) / 100;
}

/** Samples per second, above 0 and at most 100 000. */
export function parseRateHz(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(Hz)?$/i.exec(text.trim());
  const rate = match ? Number(match[1]) : Number.NaN;
  if (!(rate > 0 && rate <= 100_000))
    throw usageError(`'${text}' is not a rate: samples per second above 0, such as 400`);
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

/** With so many decimals; what rounds to zero has no sign. */
export const fixed = (value: number, decimals: number): string =>
  value.toFixed(decimals).replace(/^-(?=0(?:\.0*)?$)/, '');

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

/** `1 sample`, `2 samples`. */
export const plural = (count: number, noun: string, many = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : many}`;
