import { dateOrderOf } from './dates.js';

/** What a cell is by itself. */
export type CellKind = 'missing' | 'number' | 'date' | 'text';

/** How programs say that they have nothing to say. */
const missing =
  /^(?:|-+|\[?(?:n\/?a|nan|none|null|nil|inf|not supported|not found|not available|unknown(?: error)?|gpu requires reset|err!?|insufficient permissions)(?: \(.*\))?\]?)$/i;

/** A number with a decimal point or comma, and what follows it without a digit: a unit. */
const number = /^([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?)\s*([^\d\s.,:/+-][^\d]*)?$/i;

export function cellOf(text: string): CellKind {
  if (missing.test(text) || /^AMDSMI_STATUS_/.test(text)) return 'missing';
  if (number.test(text)) return 'number';
  return dateOrderOf(text) === null ? 'text' : 'date';
}

/** What stands behind the number in a cell: `W`; empty where nothing does. */
export const suffixOf = (text: string): string => number.exec(text)?.[2]?.trim() ?? '';

/** @param point the byte before the fraction */
export const numberOf = (text: string, point: number): number => {
  const bytes = Buffer.from(text, 'latin1');
  return decimalAt(bytes, 0, bytes.length, point);
};

const [minus, plus, zero, space, e] = [0x2d, 0x2b, 0x30, 0x20, 0x65];
const powersOfTen = Array.from({ length: 23 }, (_, n) => 10 ** n);

/** The number that stands in bytes, a unit behind it left out; NaN where there is none. */
export function decimalAt(bytes: Uint8Array, from: number, to: number, point: number): number {
  let at = from;
  const isNegative = bytes[at] === minus;
  if (isNegative || bytes[at] === plus) at++;
  let mantissa = 0;
  let digits = 0;
  let pointAt = -1;
  for (; at < to; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits++;
    } else if (bytes[at] === point && pointAt < 0) pointAt = digits;
    else break;
  }
  if (digits === 0) return Number.NaN;
  let value = isNegative ? -mantissa : mantissa;
  const decimals = pointAt < 0 ? 0 : digits - pointAt;
  if (decimals > 0)
    value = decimals < powersOfTen.length ? value / powersOfTen[decimals]! : value * 10 ** -decimals;
  return at === to ? value : scaledBy(value, bytes, at, to);
}

/** What stands behind the digits: an exponent, a unit, or what makes a number of it no number. */
function scaledBy(value: number, bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let exponent = 0;
  if ((bytes[at]! | 0x20) === e && at + 1 < to) {
    let next = at + 1;
    const isNegative = bytes[next] === minus;
    if (isNegative || bytes[next] === plus) next++;
    const first = next;
    for (; next < to && bytes[next]! >= zero && bytes[next]! <= zero + 9; next++)
      exponent = exponent * 10 + bytes[next]! - zero;
    if (next > first) at = next;
    if (isNegative) exponent = -exponent;
  }
  while (at < to && bytes[at] === space) at++;
  for (let rest = at; rest < to; rest++)
    if (bytes[rest]! >= zero && bytes[rest]! <= zero + 9) return Number.NaN;
  const isUnit = at === to || !/[.,:/+-]/.test(String.fromCharCode(bytes[at]!));
  return isUnit ? value * 10 ** exponent : Number.NaN;
}
