import { closeSync, openSync, writeSync } from 'node:fs';

export type Product = 'benchlab' | 'benchlab2';

/** Where the frames of a product have what; the six wires of each connector stand behind the rails. */
const layouts = {
  benchlab: { frameBytes: 216, powerAt: 48, wiredRails: [] },
  benchlab2: { frameBytes: 384, powerAt: 56, wiredRails: [9, 10] },
} as const;
const nominalMv = [12_000, 12_000, 3310, 5020, 5050, 12_000, 11_990, 12_030, 12_010, 12_020, 12_040];
const wires = 6;

export const frameBytesOf = (product: Product): number => layouts[product].frameBytes;

/**
 * A product's frames like a recording's, `count` of them (whole thousands), from a fixed recurrence: each rail's load steps
 * now and then, and every reading has its sensor's noise.
 */
export function writeFrames(path: string, count: number, product: Product = 'benchlab'): void {
  const { frameBytes, powerAt, wiredRails } = layouts[product];
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
      const power = (entry: number, mv: number, ma: number) => {
        block.writeInt16LE(mv, at + powerAt + 12 * entry);
        block.writeInt32LE(ma, at + powerAt + 4 + 12 * entry);
        block.writeInt32LE(Math.trunc((mv * ma) / 1000), at + powerAt + 8 + 12 * entry);
      };
      for (let probe = 0; probe < 13; probe++)
        block.writeInt16LE(probe === 5 ? 0x7fff : below(3300), at + 2 * probe);
      block.writeUInt16LE(3300, at + 26);
      nominalMv.forEach((nominal, rail) => {
        const mv = nominal - 40 + below(80);
        power(rail, mv, rail === 8 ? -below(30) : loadMa[rail]! - 25 + below(50));
      });
      wiredRails.forEach((rail, connector) => {
        for (let wire = 0; wire < wires; wire++)
          power(
            nominalMv.length + wires * connector + wire,
            nominalMv[rail]! - 40 + below(80),
            Math.round(loadMa[rail]! / wires) - 25 + below(50),
          );
      });
    }
    writeSync(file, block);
  }
  closeSync(file);
}
