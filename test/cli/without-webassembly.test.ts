import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encode, preamble, sample, scratch } from '../capture/samples.js';
import { bin, words } from './run.js';

/** A capture of 2000 frames of bytes from a fixed recurrence: every cell as wide as it gets, of either sign. */
function garbage(): Buffer {
  const bytes = Buffer.alloc(2000 * 216);
  let state = 7;
  for (let at = 0; at < bytes.length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Some rails are small numbers, as real ones are.
    bytes.writeInt32LE(at % 5 === 0 ? (state >> 20) % 2000 : state | 0, at);
  }
  const samples = Array.from({ length: 2000 }, (_, n) => {
    return { ...sample(n), frame: bytes.subarray(n * 216, (n + 1) * 216) };
  });
  return Buffer.concat([preamble, ...encode(samples)]);
}

/** What a replay of the same frames gives: by `node` as it is, and started as the shell line says. */
function replays(line: string): readonly (readonly [csv: string, summary: string])[] {
  const folder = scratch();
  const frames = join(folder, 'run.plog');
  writeFileSync(frames, garbage());
  return [usual, line].map((start, n) => {
    const csv = join(folder, `run${n}.csv`);
    const { status, stderr } = spawnSync(
      'sh',
      [
        ...['-c', start, process.execPath, bin, 'replay', frames],
        ...['--columns', 'all', '--out', csv, '--quiet'],
      ],
      { encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    return [readFileSync(csv, 'latin1'), readFileSync(join(folder, `run${n}.summary.json`), 'utf8')];
  });
}

const usual = 'exec "$0" "$@"';

describe.runIf(process.platform !== 'win32')('where WebAssembly is not to be had', () => {
  it.runIf(process.platform === 'linux')('a limited address space gives the same bytes', () => {
    const [expected, found] = replays(`ulimit -v 6000000; ${usual}`);
    expect(found).toEqual(expected);
  });

  it('a V8 that may not compile gives the same bytes', () => {
    const [expected, found] = replays('exec "$0" --jitless "$@"');
    expect(found).toEqual(expected);
  });

  it.runIf(process.platform === 'linux')('a command is measured all the same', () => {
    const line = `ulimit -v 6000000; ${usual}`;
    const command = words`exec --port sim -- sh -c ${'exit 3'}`;
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, bin, ...command], {
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/system +\d/);
  });
});
