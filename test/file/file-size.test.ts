import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '#powerlog/capture/open.js';
import { plural } from '#powerlog/units.js';
import { scratch } from '../capture/samples.js';
import { bin, powerlog, words } from '../cli/run.js';

describe.runIf(process.platform !== 'win32')('a limit on the size of files (ulimit -f)', () => {
  it('ends a recording with code 5, whole rows and a whole capture, not with a signal', () => {
    const folder = scratch();
    const [csv, capture] = ['run.csv', 'run.plog'].map((name) => join(folder, name)) as [string, string];
    const command = `ulimit -f 100; exec "$0" "$@"`;
    const { status, signal, stderr } = spawnSync(
      'sh',
      [
        ...['-c', command, process.execPath, bin, 'record', '--port', 'sim', '--duration', '60s'],
        ...['--out', csv, '--capture', capture],
      ],
      { encoding: 'utf8' },
    );
    expect([status, signal]).toEqual([5, null]);
    expect(stderr).toMatch(
      /^powerlog: cannot write .*grown to the largest size allowed; its first [\d,]+ (lines|blocks) are whole and kept$/m,
    );
    const [header = '', ...rows] = readFileSync(csv, 'utf8').split('\n');
    expect(rows.pop()).toBe('');
    const width = header.split(',').length;
    expect(rows.filter((row) => row.split(',').length !== width)).toEqual([]);
    expect(powerlog(words`repair ${csv} ${capture}`).code).toBe(0);
    expect(powerlog(words`replay ${capture} --out ${join(folder, 'again.csv')} --quiet`).code).toBe(0);
  });

  it('is told with as many blocks of a capture as are in it', async () => {
    const capture = join(scratch(), 'run.plog');
    const { stderr } = spawnSync(
      'sh',
      [
        ...['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, bin, 'record', '--port', 'sim'],
        ...['--duration', '60s', '--capture', capture],
      ],
      { encoding: 'utf8' },
    );
    const reader = await openCapture(capture);
    let blocks = 0;
    for await (const _ of reader.blocks()) blocks++;
    await reader.close();
    expect(blocks).toBeGreaterThan(1);
    expect(stderr).toContain(`its first ${plural(blocks, 'block')} are whole and kept`);
  });

  it.each([
    ['no line of it is kept', '0', ['--out', 'run.csv']],
    ['no block of it is kept', '0', ['--capture', 'run.plog']],
    // 1024 bytes: the names of the columns, and no row.
    ['its first line is whole and kept', '2', ['--out', 'run.csv', '--columns', 'all']],
  ])('is told in words: %s', (text, limit, options) => {
    const record = ['record', '--port', 'sim', '--duration', '60s', ...options];
    const command = `ulimit -f ${limit}; exec "$0" "$@"`;
    const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, bin, ...record], {
      encoding: 'utf8',
      cwd: scratch(),
    });
    expect(status).toBe(5);
    expect(stderr).toMatch(new RegExp(`^powerlog: cannot write .*allowed; ${text}$`, 'm'));
  });

  it('ends a recording of several boards too, each with whole rows', () => {
    const folder = scratch();
    const ports = ['--port', 'sim:idle', '--port', 'sim:idle', '--duration', '60s'];
    const { status, signal, stderr } = spawnSync(
      'sh',
      [
        ...['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, bin, 'record', ...ports],
        ...['--out', join(folder, 'run.csv')],
      ],
      { encoding: 'utf8' },
    );
    expect([status, signal]).toEqual([5, null]);
    expect(stderr).toMatch(/^powerlog: cannot write .*grown to the largest size allowed/m);
    for (const name of ['run.csv', 'run.powerlog-simulator-2.csv']) {
      const [header = '', ...rows] = readFileSync(join(folder, name), 'utf8').split('\n');
      expect(rows.pop()).toBe('');
      expect(rows.length).toBeGreaterThan(100);
      const width = header.split(',').length;
      expect(rows.filter((row) => row.split(',').length !== width)).toEqual([]);
    }
  });
});
