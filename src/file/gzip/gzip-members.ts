import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteInput } from '../byte-input.js';
import { GzipInput } from './gzip-input.js';

/** How every member begins, deflate being the only method there is. */
const memberStart = Uint8Array.of(0x1f, 0x8b, 8);
const pieceBytes = 1 << 20;
/** Compressed data looks like a start once in 16 MB; where it does so more often, something is there. */
const candidatesMax = 200;

/** Where a whole member begins behind byte `from` of a compressed file; null where there is none. */
export async function wholeMemberBehind(path: string, from: number): Promise<number | null> {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const piece = Buffer.alloc(pieceBytes);
    let candidates = 0;
    // Pieces overlap, so that none of them hides a member's start from both.
    for (let at = from + 1; at < size; at += pieceBytes - memberStart.length + 1) {
      const count = readSync(fd, piece, 0, pieceBytes, at);
      for (let found = -1; ; ) {
        found = piece.subarray(0, count).indexOf(memberStart, found + 1);
        if (found < 0) break;
        if (++candidates > candidatesMax || (await isWholeMember(fd, path, at + found))) return at + found;
      }
    }
    return null;
  } finally {
    closeSync(fd);
  }
}

async function isWholeMember(fd: number, name: string, from: number): Promise<boolean> {
  let at = from;
  const input: ByteInput = {
    name,
    compressed: false,
    fault: null,
    tear: null,
    async read(into) {
      const count = readSync(fd, into, 0, into.length, at);
      at += count;
      return count;
    },
    async close() {},
  };
  const gzip = new GzipInput(input);
  const scrap = new Uint8Array(pieceBytes);
  while ((await gzip.read(scrap)) > 0) if (gzip.wholeMembers > 0) return true;
  return gzip.wholeMembers > 0;
}
