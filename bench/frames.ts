import { closeSync, openSync, writeSync } from 'node:fs';

const frameBytes = 216;

/**
 * BENCHLAB frames like a recording's, `count` of them (whole thousands), from a fixed recurrence: each rail's load steps
 * now and then, and every reading has its sensor's noise.
 */
export function writeFrames(path: string, count: number): void {
  const nominalMv = [12_000, 12_000, 3310, 5020, 5050, 12_000, 11_990, 12_030, 12_010, 12_020, 12_040];
  const file = openSync(path, 'w');
  const rows = 1000;
  const block = Buffer.alloc(rows * frameBytes);
  let state = 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const loadMa = nominalMv.map(() => 0);
  for (let written = 0; written < count; written += rows) {
    for (let row = 0; row < rows; row++) {
      if (row % 250 === 0) loadMa[below(loadMa.length)] = 30 + below(30_000);
      const at = row * frameBytes;
      for (let probe = 0; probe < 13; probe++)
        block.writeInt16LE(probe === 5 ? 0x7fff : below(3300), at + 2 * probe);
      block.writeUInt16LE(3300, at + 26);
      nominalMv.forEach((nominal, rail) => {
        const mv = nominal - 40 + below(80);
        const ma = rail === 8 ? -below(30) : loadMa[rail]! - 25 + below(50);
        block.writeInt16LE(mv, at + 48 + 12 * rail);
        block.writeInt32LE(ma, at + 52 + 12 * rail);
        block.writeInt32LE(Math.trunc((mv * ma) / 1000), at + 56 + 12 * rail);
      });
    }
    writeSync(file, block);
  }
  closeSync(file);
}
