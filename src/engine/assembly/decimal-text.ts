/**
 * Integers as fixed-point text, straight to bytes. A store may reach a few bytes past the text it leaves; the next one
 * overwrites them.
 */

const minus: u8 = 0x2d;
const point: u8 = 0x2e;
const zero: u32 = 0x30;

/** `7` `42` `123`: an integer below 1000 as one little-endian word, and its length. */
const shortWords = memory.data(4000, 4);
const shortLengths = memory.data(1000);
/** `.042`: a point and three digits. */
const pointWords = memory.data(4000, 4);

for (let n: u32 = 0; n < 1000; n++) {
  const hundreds = zero + n / 100;
  const tens = zero + ((n / 10) % 10);
  const ones = zero + (n % 10);
  const digits = hundreds | (tens << 8) | (ones << 16);
  const length: u8 = n < 10 ? 1 : n < 100 ? 2 : 3;
  store<u32>(shortWords + (n << 2), digits >> (8 * (3 - length)));
  store<u8>(shortLengths + n, length);
  store<u32>(pointWords + (n << 2), <u32>point | (digits << 8));
}

/** A value in thousandths with three decimals; returns where the text ends. */
export function putMilli(at: usize, value: i32): usize {
  let end = at;
  let magnitude = <u32>value;
  if (value < 0) {
    store<u8>(end++, minus);
    magnitude = 0 - magnitude;
  }
  const whole = magnitude / 1000;
  end = whole < 1000 ? putShort(end, whole) : putUnsigned(end, whole);
  putWord(end, load<u32>(pointWords + ((magnitude - whole * 1000) << 2)));
  return end + 4;
}

/** Any whole value with 0, 1, 3 or 6 decimals. */
export function putFixed(at: usize, value: i64, decimals: u32): usize {
  let end = at;
  let magnitude = <u64>value;
  if (value < 0) {
    store<u8>(end++, minus);
    magnitude = 0 - magnitude;
  }
  if (decimals === 0) return putUnsigned(end, magnitude);
  if (decimals === 1) {
    const whole = magnitude / 10;
    end = putUnsigned(end, whole);
    store<u8>(end++, point);
    store<u8>(end++, <u8>(zero + <u32>(magnitude - whole * 10)));
    return end;
  }
  const milli = decimals === 6 ? magnitude / 1000 : magnitude;
  const whole = milli / 1000;
  end = putUnsigned(end, whole);
  putWord(end, load<u32>(pointWords + ((<usize>(milli - whole * 1000)) << 2)));
  end += 4;
  return decimals === 6 ? putThree(end, <u32>(magnitude - milli * 1000)) : end;
}

/** An integer, in groups of three digits. */
export function putUnsigned(at: usize, value: u64): usize {
  if (value < 1000) return putShort(at, <u32>value);
  if (value <= <u64>u32.MAX_VALUE) {
    // Narrow divisions are several times as fast.
    const narrow = <u32>value;
    const rest = narrow / 1000;
    return putThree(putUnsigned(at, rest), narrow - rest * 1000);
  }
  const rest = value / 1000;
  return putThree(putUnsigned(at, rest), <u32>(value - rest * 1000));
}

function putShort(at: usize, value: u32): usize {
  putWord(at, load<u32>(shortWords + (value << 2)));
  return at + load<u8>(shortLengths + value);
}

function putThree(at: usize, value: u32): usize {
  putWord(at, load<u32>(pointWords + (value << 2)) >> 8);
  return at + 3;
}

/** Text lies at any address, which matters where the engine runs as JavaScript. */
function putWord(at: usize, word: u32): void {
  store<u32>(at, word, 0, 1);
}
