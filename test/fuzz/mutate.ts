import type { Random } from './random.js';

const odd = [0, 1, 0x7f, 0x80, 0xff];
const oddWords = [0, 1, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x40_0000, 0x40_0001];

/** One to `most` changes: flipped bits, odd numbers, bytes dropped, doubled, moved, put in, and a cut end. */
export function mutated(input: Buffer, random: Random, most = 4): Buffer {
  let bytes = Buffer.from(input);
  for (let change = 1 + random.below(most); change > 0; change--) {
    const at = random.below(bytes.length + 1);
    const length = random.chance(0.8) ? 1 + random.below(8) : random.below(bytes.length + 1);
    switch (random.below(8)) {
      case 0:
      case 1:
        if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
        break;
      case 2:
        if (at < bytes.length) bytes[at] = random.pick(odd);
        break;
      case 3:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(random.pick(oddWords), at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))]);
        break;
      case 6:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(length & 0x3f), bytes.subarray(at)]);
        break;
      case 7:
        if (random.chance(0.3)) bytes = bytes.subarray(0, at);
        break;
    }
  }
  return bytes;
}

/** Text of the pieces that a grammar has, in any order: it comes further than letters would. */
export function babble(pieces: readonly string[], random: Random, most = 12): string {
  let text = '';
  for (let n = random.below(most); n > 0; n--)
    text += random.chance(0.9) ? random.pick(pieces) : String.fromCharCode(random.below(0x250));
  return text;
}

const oddValues = [null, 0, -1, 1e308, 1.5, '', 'x', '__proto__', [], {}, true, [[]], { a: { b: null } }];

/** A JSON value with a few of its parts replaced, removed, renamed or put elsewhere. */
export function mutatedJson(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value);
  for (let change = 1 + random.below(3); change > 0; change--) {
    const holders = objectsIn(copy);
    const holder = random.pick(holders) as Record<string, unknown> | undefined;
    if (!holder) return random.pick(oddValues);
    const keys = Object.keys(holder);
    const key = keys.length > 0 ? random.pick(keys) : 'k';
    const renamed = random.pick(['extra', 'cpu', 'system', 'slot', '', '0']);
    switch (random.below(5)) {
      case 0:
      case 1:
        holder[key] = structuredClone(random.pick(oddValues));
        break;
      case 2:
        delete holder[key];
        break;
      case 3:
        holder[renamed] = holder[key];
        break;
      case 4:
        holder[key] = structuredClone(random.pick(holders));
        break;
    }
  }
  return copy;
}

function objectsIn(value: unknown, depth = 0): object[] {
  if (typeof value !== 'object' || value === null || depth > 6) return [];
  return [value, ...Object.values(value).flatMap((each) => objectsIn(each, depth + 1))];
}
