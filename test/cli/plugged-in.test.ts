import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { type Simulator, startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../capture/samples.js';
import { readCsv } from './csv.js';
import { bin, words } from './run.js';

const mayUnshare = spawnSync('unshare', ['--mount', 'true']).status === 0;
const script = fileURLToPath(new URL('plugged-in.sh', import.meta.url));
const { vendorId, productId } = boardFor('benchlab')!.usb;

const plugged: Simulator[] = [];
afterEach(async () => {
  for (const simulator of plugged.splice(0)) await simulator.stop();
});

async function plugIn(board: 'benchlab' | 'benchlab2', name: string): Promise<void> {
  plugged.push(await startSimulator({ board: boardFor(board)!, name, latencyMs: 1 }));
}

/** Runs powerlog where what is plugged in is all that there is. */
function powerlog(args: readonly string[]) {
  const ports = plugged.map(({ path }) => path);
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    words`--mount sh ${script} ${scratch()} ${vendorId} ${productId} ${ports} -- ${process.execPath} ${bin} ${args}`,
    { encoding: 'utf8' },
  );
  return { code: status, out: stdout, err: stderr };
}

describe.runIf(mayUnshare)('what is plugged in', () => {
  it('is found where it is one board, and listed with what answers', async () => {
    await plugIn('benchlab2', 'only one');
    const ports = JSON.parse(powerlog(words`ports --json`).out);
    expect(ports).toMatchObject([
      { path: '/dev/ttyACM0', usb_vendor_id: vendorId, board: { product: 'BENCHLAB 2', name: 'only one' } },
    ]);
    expect(powerlog(words`info`).out).toContain('only one');
  });

  it('is asked to be chosen from where it is several, and recorded with auto:all', async () => {
    await plugIn('benchlab', 'one');
    await plugIn('benchlab2', 'other');
    const out = join(scratch(), 'run.csv');
    const unclear = powerlog(words`record --out ${out}`);
    expect(unclear.code).toBe(3);
    expect(unclear.err).toMatch(
      /several boards answer: \/dev\/ttyACM0 \(one, .*\/dev\/ttyACM1 \(other, .*auto:all/,
    );

    const all = powerlog(
      words`record --port auto:all --duration 300ms --out ${out} --capture ${join(out, '../run.plog')}`,
    );
    expect(all.code).toBe(0);
    expect(readdirSync(join(out, '..')).sort()).toEqual([
      'run.csv',
      'run.other.csv',
      'run.other.plog',
      'run.plog',
      'run.summary.json',
    ]);
    const { tracks, samples } = JSON.parse(readFileSync(join(out, '../run.summary.json'), 'utf8'));
    expect(tracks).toMatchObject([
      { id: 'one', file: 'run.csv', board: { product: 'BENCHLAB', port: '/dev/ttyACM0' } },
      { id: 'other', file: 'run.other.csv', board: { product: 'BENCHLAB 2', port: '/dev/ttyACM1' } },
    ]);
    const rows = tracks.map(({ file }: { file: string }) => readCsv(join(out, '..', file)).rows.length);
    expect(rows).toEqual(tracks.map((track: { samples: number }) => track.samples));
    expect(samples).toBe(rows[0] + rows[1]);
  });

  it('is nothing where nothing is', () => {
    for (const port of ['auto', 'auto:all'])
      expect(powerlog(words`record --port ${port} --out ${join(scratch(), 'run.csv')}`)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/^powerlog: no board found: there is no serial port here/),
      });
  });
});
