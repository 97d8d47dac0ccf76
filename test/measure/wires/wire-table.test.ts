import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { defaultWireLimits } from '#powerlog/measure/wires/limits.js';
import { WireTable } from '#powerlog/measure/wires/wire-table.js';
import { benchlabMap } from '../../benchlab-map.js';

describe('the mean over a year of a wire', () => {
  it('is that of all samples, however large their sum has become', () => {
    const board = boardFor('benchlab2')!;
    const table = new WireTable(board, resolveWiring(board, benchlabMap), defaultWireLimits);
    const yearUs = 365 * 86_400e6;
    // A large current for a year, a second at 20 kHz, and the large one the other way: what is left is the second.
    const samples: (readonly [us: number, ma: number])[] = [
      [0, 1e9],
      [yearUs, 1e9],
      ...Array.from({ length: 20_000 }, (_, n) => [yearUs + 50 * (n + 1), 10_001] as const),
      [yearUs + 1e6 + 50, -1e9],
      [2 * yearUs + 1e6 + 50, -1e9],
    ];
    const timeUs = Float64Array.from(samples, ([us]) => us);
    const columns = board.fields.map(() => new Int32Array(samples.length));
    columns[board.wires[0]!.current] = Int32Array.from(samples, ([, ma]) => ma);
    table.add(timeUs, columns, samples.length);
    let twice = 0n;
    for (let n = 1; n < samples.length; n++) {
      const [[fromUs, from], [toUs, to]] = [samples[n - 1]!, samples[n]!];
      twice += BigInt(from + to) * BigInt(toUs - fromUs);
    }
    const meanA = Number(twice) / 2 / timeUs.at(-1)! / 1000;
    expect(table.keys().wires[0]!.current_a.mean! / meanA).toBeCloseTo(1, 9);
  });
});
