import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { powerlogUntil, words } from '../run.js';

const withoutKoffi = {
  NODE_OPTIONS: `--require ${fileURLToPath(new URL('../preload/without-koffi.cjs', import.meta.url))}`,
};

async function recordWithoutKoffi(...more: readonly string[]) {
  const folder = scratch();
  const board = await startForeignBoard('--latency', '1');
  onTestFinished(async () => {
    await board.stop();
  });
  const csv = join(folder, 'run.csv');
  const args = words`record --port ${board.port} --out ${csv} ${more}`;
  return { ...powerlogUntil([csv], args, { env: withoutKoffi }), csv };
}

describe('a system without koffi', needs(python), () => {
  it('is recorded on over the stream', async () => {
    const { code, csv } = await recordWithoutKoffi();
    expect(code).toBe(0);
    expect(readFileSync(csv, 'utf8').split('\n').length).toBeGreaterThan(2);
  });

  it('says why the fast link cannot be had', async () => {
    const { code, err } = await recordWithoutKoffi('--link', 'tty');
    expect(code).toBe(3);
    expect(err).toMatch(
      /koffi could not be loaded \(no build of koffi for this system\); --link stream works/,
    );
  });
});
