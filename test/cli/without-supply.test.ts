import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boardFrames, scratch } from '../capture/samples.js';
import { needs, python } from '../parts.js';
import { type ForeignBoard, startForeignBoard } from '../peers/foreign-board.js';
import { powerlogUntil, words } from './run.js';

let board: ForeignBoard | undefined;

afterEach(async () => {
  await board?.stop();
  board = undefined;
});

describe('what answers and can be no reading', needs(python), () => {
  it.each([
    ['a board without supply of its own', 0, '0.000'],
    ['a line that floats', 0xff, '-0.011'],
  ])(
    'is doubted, as by frames that contradict themselves: kept, counted and told: %s',
    async (_, byte, systemW) => {
      const folder = scratch();
      const frames = join(folder, 'frames.bin');
      const good = boardFrames(40);
      writeFileSync(frames, Buffer.concat([...good, Buffer.alloc(3 * 216, byte), ...good]));
      board = await startForeignBoard('--frames', frames, '--latency', '1', '--firmware', '6');
      const out = join(folder, 'run.csv');
      const ran = powerlogUntil([out], words`record --port ${board.port} --out ${out} -q`, { rows: 60 });
      expect(ran.code).toBe(0);
      const rows = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1);
      const doubted = rows.filter((row) => row.split(',')[2] === systemW).length;
      expect(doubted).toBeGreaterThan(0);
      const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
      expect(summary.warnings).toContainEqual({
        code: 'implausible-frame',
        message: expect.stringMatching(`^${doubted} samples? contradict themselves`),
      });
    },
  );
});
