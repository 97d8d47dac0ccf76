import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { parseFaults } from '#powerlog/simulator/faults.js';
import { type SimulatorOptions, startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../capture/samples.js';
import { hasPseudoTerminals } from '../simulator/pty-client.js';
import { powerlog, words } from './run.js';

async function start(options: SimulatorOptions): Promise<string> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.stop());
  return simulator.path;
}

const longer = boardFor('benchlab2', 5)!;

const silent: SimulatorOptions = { faults: parseFaults('silent:1') };
const cases: readonly (readonly [string, SimulatorOptions, RegExp])[] = [
  ['is silent', silent, /gave no readings: the board left \d+ questions? unanswered/],
  ['answers by half', { faults: parseFaults('short:1') }, /gave no readings: \d+ repl(?:y|ies) came in part/],
  // 16 bytes more than that firmware's.
  ['answers more', { board: { ...longer, firmware: 4 } }, /gave no readings/],
];

describe.runIf(hasPseudoTerminals)('a board that says who it is, and', () => {
  it.each(cases)(
    '%s when it is asked for readings is none: told what came instead, code 3',
    async (_, board, said) => {
      const port = await start(board);
      const csv = join(scratch(), 'run.csv');
      const { code, err } = powerlog(words`record --port ${port} --duration 1s --out ${csv}`);
      expect([code, err]).toEqual([3, expect.stringMatching(said)]);
    },
  );

  it('gives no readings costs `exec` its measurement, and with --strict the command is not run', async () => {
    const port = await start(silent);
    const measured = words`exec --baseline 0 --port ${port}`;
    const command = ['--', 'echo', 'RAN'];
    const said = expect.stringContaining('gave no readings');
    expect(powerlog([...measured, ...command])).toMatchObject({ code: 0, out: 'RAN\n', err: said });
    expect(powerlog([...measured, '--strict', ...command])).toMatchObject({ code: 3, out: '', err: said });
  });

  it('gives none keeps `info` no longer than a busy machine would', async () => {
    const { code, err } = powerlog(words`info --port ${await start(silent)}`);
    expect([code, err]).toEqual([3, expect.stringContaining('sent no frame')]);
  });
});
