import type { ChecksumKind } from '../../../board/streaming.js';

/** How many bytes a checksum takes. */
export const checksumBytes: Readonly<Record<ChecksumKind, number>> = {
  sum8: 1,
  xor8: 1,
  crc8: 1,
  'crc16-ccitt': 2,
};

/** The checksum of `bytes[from … to-1]`; called for every frame. */
export function checksumOf(kind: ChecksumKind, bytes: Uint8Array, from: number, to: number): number {
  let sum = kind === 'crc16-ccitt' ? 0xffff : 0;
  switch (kind) {
    case 'sum8':
      for (let at = from; at < to; at++) sum = (sum + bytes[at]!) & 0xff;
      break;
    case 'xor8':
      for (let at = from; at < to; at++) sum ^= bytes[at]!;
      break;
    case 'crc8':
      for (let at = from; at < to; at++) {
        sum ^= bytes[at]!;
        for (let bit = 0; bit < 8; bit++) sum = sum & 0x80 ? ((sum << 1) ^ 0x07) & 0xff : sum << 1;
      }
      break;
    case 'crc16-ccitt':
      for (let at = from; at < to; at++) {
        sum ^= bytes[at]! << 8;
        for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000 ? ((sum << 1) ^ 0x1021) & 0xffff : sum << 1;
      }
      break;
  }
  return sum;
}
