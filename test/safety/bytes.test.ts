import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFaults, wireFaultNames } from '#powerlog/simulator/faults.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../capture/samples.js';
import { bin } from '../cli/run.js';
import { needs, python } from '../parts.js';
import { startForeignBoard } from '../peers/foreign-board.js';

const readingCommands = [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e];
/** Every kind of fault at once, so that one is often the answer to the recovery from another. */
const atOnce = (kinds: readonly string[], rate: number) => kinds.map((kind) => `${kind}:${rate}`).join();

/** Records until something is the case; resolves to what powerlog said. */
async function recordUntil(port: string, out: string, enough: (said: string) => boolean): Promise<string> {
  const child = spawn(process.execPath, [bin, 'record', '--port', port, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (child.exitCode === null && !enough(said)) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  await closed;
  return said;
}

describe('whatever a board does, powerlog sends it', needs(python), () => {
  it('the six reading commands and nothing else: a board model that is not ours', async () => {
    const folder = scratch();
    const kinds = ['drop', 'repeat', 'stray', 'double', 'short', 'late', 'wrong', 'garble', 'split'];
    const [link, faultLog] = [join(folder, 'port'), join(folder, 'faults')];
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
        '--fault-log',
        faultLog,
      ],
    );
    const seen = () => new Set(readFileSync(faultLog, 'utf8').match(/(?<="kind": ")[a-z]+/g));
    const err = await recordUntil(
      link,
      join(folder, 'run.csv'),
      (said) => seen().size === kinds.length + 1 && said.includes('is back'),
    );
    const { received } = await board.stop();
    expect(seen()).toEqual(new Set([...kinds, 'unplug']));
    expect([...new Set(received)].filter((byte) => !readingCommands.includes(byte))).toEqual([]);
    expect(err).toContain('is back');
  });

  it('the six reading commands and nothing else: our simulator', async () => {
    const folder = scratch();
    const simulator = await startSimulator({ faults: parseFaults(atOnce(wireFaultNames, 0.02)) });
    const missing = () => wireFaultNames.filter((kind) => simulator.stats().faults[kind] === 0);
    await recordUntil(simulator.path, join(folder, 'run.csv'), () => missing().length === 0);
    await simulator.stop();
    expect(simulator.stats().unexpected).toEqual({ count: 0, first: [] });
    expect(missing()).toEqual([]);
  });
});
