import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wireFaultNames } from '#powerlog/simulator/faults.js';
import { scratch } from '../capture/samples.js';
import { bin, powerlog } from '../cli/run.js';
import { needs, python } from '../parts.js';
import { startForeignBoard } from '../peers/foreign-board.js';

const readingCommands = [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e];
/** Every kind of fault at once, so that one is often the answer to the recovery from another. */
const atOnce = (kinds: readonly string[], rate: number) => kinds.map((kind) => `${kind}:${rate}`).join();

describe('whatever a board does, powerlog sends it', needs(python), () => {
  it('the six reading commands and nothing else: a board model that is not ours', async () => {
    const folder = scratch();
    const kinds = ['drop', 'repeat', 'stray', 'double', 'short', 'late', 'wrong', 'garble', 'split'];
    const link = join(folder, 'port');
    const board = await startForeignBoard(
      ...[
        '--link',
        link,
        '--latency',
        '1',
        '--fault',
        `${atOnce(kinds, 0.02)},unplug:0.005`,
        '--away',
        '100',
      ],
    );
    const { err } = powerlog([
      'record',
      '--port',
      link,
      '--duration',
      '6s',
      '--out',
      join(folder, 'run.csv'),
    ]);
    const { received, faults } = await board.stop();
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set([...kinds, 'unplug']));
    expect([...new Set(received)].filter((byte) => !readingCommands.includes(byte))).toEqual([]);
    expect(err).toContain('is back');
  });

  it('the six reading commands and nothing else: our simulator', async () => {
    const folder = scratch();
    const report = join(folder, 'report.json');
    const simulator = spawn(
      process.execPath,
      [bin, 'simulate', '--fault', atOnce(wireFaultNames, 0.02), '--report', report],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const [port] = (await once(simulator.stdout, 'data')) as [Buffer];
    powerlog([
      'record',
      '--port',
      port.toString().trim(),
      '--duration',
      '8s',
      '--out',
      join(folder, 'run.csv'),
    ]);
    const ended = once(simulator, 'exit');
    simulator.kill('SIGINT');
    await ended;
    const stats = JSON.parse(readFileSync(report, 'utf8'));
    expect(stats.unexpected).toEqual({ count: 0, first: [] });
    expect(wireFaultNames.filter((kind) => stats.faults[kind] === 0)).toEqual([]);
  });
});
