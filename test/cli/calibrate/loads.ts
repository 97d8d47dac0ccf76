import { writeFileSync } from 'node:fs';
import { boardFor } from '#powerlog/board/catalogue.js';
import { encodeFrame } from '#powerlog/board/frame.js';
import { encodePreamble } from '#powerlog/capture/encoder.js';
import { encode, end, header, type Sample } from '../../capture/samples.js';

const benchlab = boardFor('benchlab')!;

/** What the sensor of `eps1` makes of volts and amperes, as it stands in the frames. */
export const misread = { gain: 1.02, offsetMa: 50, voltageGain: 0.995 };
export const uid = header.board.uid!;
export const loadsA = [0, 1, 3, 6, 10];
const perLoad = 100;
const spacingMs = 5;

/** A capture of a bench: on `eps1` each load for half a second, 12 V; 2 A of 12 V on `hpwr1` all the while. */
export function writeLoads(path: string, change: Partial<typeof header> = {}): void {
  const samples = loadsA.flatMap((loadA, n) =>
    Array.from({ length: perLoad }, (_, row): Sample => sampleOf(n * perLoad + row, loadA)),
  );
  const last = samples.pop()!;
  samples.push({ ...last, events: [end(last.replyNs)] });
  writeFileSync(path, Buffer.concat([encodePreamble({ ...header, ...change }), ...encode(samples)]));
}

function sampleOf(n: number, loadA: number): Sample {
  const mv = Math.round(12_000 * misread.voltageGain);
  const ma = Math.round(loadA * 1000 * misread.gain + misread.offsetMa);
  const frame = new Uint8Array(benchlab.frameBytes);
  const rail = (name: string, millivolts: number, milliamperes: number): [string, number][] => [
    [`${name}_voltage_v`, millivolts],
    [`${name}_current_a`, milliamperes],
    [`${name}_power_w`, Math.round((millivolts * milliamperes) / 1000)],
  ];
  const readings: [string, number][] = [
    ['vdd_v', 3300],
    ...rail('eps1', mv, ma),
    ...rail('hpwr1', 12_000, 2000),
  ];
  encodeFrame(benchlab, new Map(readings), frame);
  const atNs = n * spacingMs * 1e6;
  return { requestNs: atNs, replyNs: atNs + 400_000, frame, events: [] };
}

/** What a meter showed of them, as a points file. */
export function writePoints(path: string, accuracy = 1): void {
  const rows = loadsA.map((loadA, n) => {
    const fromS = (n * perLoad * spacingMs) / 1000;
    const current = loadA === 0 ? 'zero' : (loadA * accuracy).toFixed(3);
    return `${(fromS + 0.05).toFixed(3)},${(fromS + 0.45).toFixed(3)},12.000,${current}`;
  });
  writeFileSync(path, `from_s,to_s,voltage_v,current_a\n${rows.join('\n')}\n`);
}
