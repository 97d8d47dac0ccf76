import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CalibrationSlot } from '#powerlog/board/board.js';
import { boardFor } from '#powerlog/board/catalogue.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../../capture/samples.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';
import { powerlogUntil, words } from '../run.js';

const board = boardFor('benchlab')!;
const further = (offset: number): CalibrationSlot => ({ offset, kind: 'pair', of: 'something_new' });

describe.runIf(hasPseudoTerminals)('a calibration that the board answers', () => {
  it.each([
    ['98 bytes', board.calibration.slice(0, 25)],
    ['198 bytes', [...board.calibration, ...[178, 182, 186, 190, 194].map(further)]],
  ])('in %s, where 178 are expected, costs a warning and not the recording', async (_, calibration) => {
    const simulator = await startSimulator({ board: { ...board, calibration } });
    onTestFinished(() => simulator.stop());
    const folder = scratch();
    const out = join(folder, 'run.csv');
    const ran = powerlogUntil([out], words`record --port ${simulator.path} --out ${out} -q`);
    expect(ran.code, ran.err).toBe(0);
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(summary.board).toMatchObject({ name: 'powerlog simulator', calibration: null });
    expect(summary.warnings.map(({ code }: { code: string }) => code)).toContain('no-calibration');
    // What came of it is dropped before the first reading.
    expect(summary.warnings.map(({ code }: { code: string }) => code)).not.toContain('stray-bytes');
  });
});
