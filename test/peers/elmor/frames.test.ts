import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { scratch } from '../../capture/samples.js';
import { readCsv } from '../../cli/csv.js';
import { powerlog, words } from '../../cli/run.js';
import { needs, python } from '../../parts.js';

interface Packed {
  readonly frames: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

const packed = (board: string, count: number): Packed =>
  JSON.parse(
    execFileSync('python3', ['test/peers/elmor/frames.py', board, String(count), '1'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    }),
  );

const sizes = { pmd2: 122, pmd2x: 192, wireview: 100 } as const;

describe("frames as the makers' programs declare them", needs(python), () => {
  it.each(Object.entries(sizes))('%s: every column of %d bytes is exact', (board, bytes) => {
    const folder = scratch();
    const [dump, out] = [join(folder, 'frames.bin'), join(folder, 'run.csv')];
    const { frames, rows } = packed(board, 400);
    expect(frames.length).toBe(2 * bytes * rows.length);
    writeFileSync(dump, Buffer.from(frames, 'hex'));
    const { code, err } = powerlog(
      words`replay ${dump} --board ${board} --rate 100 --columns all --out ${out}`,
    );
    expect(code, err).toBe(0);
    const csv = readCsv(out);
    const names = csv.names.filter((name) => !name.endsWith('time_s'));
    expect(names).toEqual(Object.keys(rows[0]!));
    expect(csv.rows.map((row) => names.map((name) => row[csv.names.indexOf(name)]))).toEqual(
      rows.map((row) => names.map((name) => row[name])),
    );
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(summary.uncertainty.accuracy_share).toBeNull();
    expect(summary.energy_uncertainty_j.system).toBeNull();
    const codes: string[] = summary.warnings.map(({ code }: { code: string }) => code);
    expect(codes).toContain('no-accuracy');
    expect(codes).not.toContain('totals-disagree');
    expect(codes.filter((each) => each === 'board-fault')).toHaveLength(
      { pmd2: 10, pmd2x: 16, wireview: 6 }[board]!,
    );
  });

  it('are what the simulator plays, too', () => {
    for (const [board, bytes] of Object.entries(sizes))
      expect(makeBoardModel({ board: boardFor(board)! }).reply(0x04, 0)).toHaveLength(bytes);
  });

  it('whose own sums are not their rails: a warning says which, and where', () => {
    const folder = scratch();
    const dump = join(folder, 'frames.bin');
    const { frames } = packed('pmd2', 50);
    const bytes = Buffer.from(frames, 'hex');
    // Behind the rails: EPS, PCIe, motherboard, total.
    const at = 30 * 122 + 4 + 10 * 10 + 6;
    bytes.writeUInt16LE(bytes.readUInt16LE(at) + 500, at);
    writeFileSync(dump, bytes);
    const { err } = powerlog(words`replay ${dump} --board pmd2 --rate 100 --out ${join(folder, 'run.csv')}`);
    expect(err).toMatch(
      /Board's own sum of all rails \(board_total_power_w\) is not what the rails add up to in 1 of 50 samples, first at 0\.300 s/,
    );
    expect(err).not.toContain('board_eps_power_w');
  });
});
