/**
 * Integers as fixed-point text, straight to bytes: no strings, no floating point, nothing allocated. Cells begin with
 * their comma. A store may reach up to three bytes past the text it leaves; the next one overwrites them.
 */

/** Bytes past the text's end that a store may touch. */
export const overshootBytes = 4;

const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** `,7` `,42` `,123`: a comma and an integer below 1000 as one little-endian word, and its length. */
const commaWord = new Uint32Array(1000);
const commaLength = new Uint8Array(1000);
/** `.042`: a point and three digits. */
const pointWord = new Uint32Array(1000);

for (let n = 0; n < 1000; n++) {
  const digits = [zero + Math.floor(n / 100), zero + (Math.floor(n / 10) % 10), zero + (n % 10)];
  const word = (first: number, rest: number[]) =>
    rest.reduce((sum, byte, index) => sum + byte * 256 ** (index + 1), first);
  const significant = n < 10 ? 1 : n < 100 ? 2 : 3;
  commaWord[n] = word(comma, digits.slice(3 - significant));
  commaLength[n] = significant + 1;
  pointWord[n] = word(point, digits);
}

/** A cell with three decimals; returns where the text ends. Any integer that a double holds. */
export function putMilli(view: DataView, at: number, value: number): number {
  if (value >= 0 && value < 1e6) return putSmallMilli(view, at, value | 0);
  if (value < 0 && value > -1e6) return putSmallMilli(view, putSign(view, at), -value | 0, 1);
  return putCell(view, at, value, 3);
}

function putSmallMilli(view: DataView, at: number, value: number, skip: 0 | 1 = 0): number {
  const whole = (value / 1000) | 0;
  view.setUint32(at, commaWord[whole]! >>> (skip * 8), true);
  const end = at + commaLength[whole]! - skip;
  view.setUint32(end, pointWord[value - whole * 1000]!, true);
  return end + 4;
}

/** A cell with one decimal. */
export function putDeci(view: DataView, at: number, value: number): number {
  if (value >= 0 && value < 1e4) {
    const whole = (value / 10) | 0;
    view.setUint32(at, commaWord[whole]!, true);
    const end = at + commaLength[whole]!;
    view.setUint16(end, point | ((zero + value - whole * 10) << 8), true);
    return end + 2;
  }
  return putCell(view, at, value, 1);
}

/** A cell without decimals. */
export function putInteger(view: DataView, at: number, value: number): number {
  if (value >= 0 && value < 1000) {
    view.setUint32(at, commaWord[value]!, true);
    return at + commaLength[value]!;
  }
  return putCell(view, at, value, 0);
}

/** `.012345`: a point and six digits, for 0 … 999 999. */
export function putMicroFraction(view: DataView, at: number, micro: number): number {
  const milli = (micro / 1000) | 0;
  view.setUint32(at, pointWord[milli]!, true);
  view.setUint32(at + 4, pointWord[micro - milli * 1000]! >>> 8, true);
  return at + 7;
}

/** A comma and any integer with any number of decimals. */
function putCell(view: DataView, at: number, value: number, decimals: number): number {
  view.setUint8(at, comma);
  return putDecimal(view, at + 1, value, decimals);
}

function putSign(view: DataView, at: number): number {
  view.setUint16(at, comma | (minus << 8), true);
  return at + 2;
}

const reversed = new Uint8Array(32);

/** Any integer that a double holds exactly, with any number of decimals up to 20, without a comma. */
export function putDecimal(view: DataView, at: number, value: number, decimals: number): number {
  let end = at;
  if (value < 0) view.setUint8(end++, minus);
  let digits = 0;
  let rest = Math.abs(value);
  do {
    const tenth = Math.floor(rest / 10);
    reversed[digits++] = zero + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0 || digits <= decimals);
  while (digits > 0) {
    if (digits === decimals) view.setUint8(end++, point);
    view.setUint8(end++, reversed[--digits]!);
  }
  return end;
}
