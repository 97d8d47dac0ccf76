import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placesOfFile } from '../../capture/samples.js';
import { smallDisk } from '../../small-disk.js';
import { bin, powerlog, words } from '../run.js';

const file = placesOfFile();
const onSim = words`exec --port sim --baseline 0`;
const untilFull = ['--', 'sh', '-c', 'sleep 1'];

const disk = smallDisk(128);

describe.runIf(disk)('a disk that fills up while the command runs', () => {
  const onDisk = (name: string) => join(disk!, name);
  /** Leaves room for the first lines alone. */
  const fill = () => writeFileSync(onDisk('filler'), Buffer.alloc(100_000));

  it.each([
    ['one board', []],
    ['two boards', ['--port', 'sim']],
    ['a capture elsewhere', ['--capture', file('whole.plog')]],
  ])('%s: the figures are told, and what is kept of each output', (name, more) => {
    fill();
    const out = onDisk(`${name.replaceAll(' ', '-')}.csv`);
    const ran = powerlog([...onSim, ...more, '--out', out, ...untilFull]);
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/system +\d/);
    expect(ran.err).toMatch(
      /^powerlog: cannot write .*\.csv: no space left.*; (its first \d+ lines are whole and|no line of it is) kept$/m,
    );
    expect(ran.err).toMatch(
      /^powerlog: cannot write .*\.summary\.json: no space left.*; nothing of it is kept$/m,
    );
    expect(ran.err).not.toMatch(/lost|not affected|nothing is kept/);
    expect(ran.err).not.toMatch(/kept in .*\.summary\.json/);
    expect(existsSync(out.replace('.csv', '.summary.json'))).toBe(false);
  });

  it('--quiet is no reason to keep it back, and --strict ends with 5', () => {
    fill();
    const ran = powerlog([...onSim, '-q', '--strict', '--out', onDisk('quiet.csv'), ...untilFull]);
    expect(ran.code).toBe(5);
    expect(ran.err.trim().split('\n')).toEqual([
      expect.stringMatching(/quiet\.csv: no space left/),
      expect.stringMatching(/quiet\.summary\.json: no space left/),
    ]);
  });

  it('exports that have no room are told, and not called kept', () => {
    writeFileSync(onDisk('filler'), '');
    spawnSync('sh', ['-c', 'cat /dev/zero >"$0" 2>/dev/null', onDisk('filler')]);
    for (const format of ['json', 'markdown', 'csv']) {
      const path = onDisk(`e.${format}`);
      const ran = powerlog([...onSim, `--export-${format}`, path, '--strict', '--', 'true']);
      expect(ran.code).toBe(5);
      expect(ran.err).toMatch(/e\.\w+: no space left on the disk; nothing of it is kept/);
      expect(ran.err).not.toMatch(/kept in/);
      expect(existsSync(path)).toBe(false);
    }
  });
});

describe.runIf(existsSync('/dev/full'))('a device that takes nothing', () => {
  it.each(['--out', '--export-json', '--export-markdown', '--export-csv'])(
    '%s: told, quiet or not',
    (option) => {
      for (const quiet of [[], ['-q']]) {
        const ran = powerlog([...onSim, ...quiet, option, '/dev/full', '--', 'true']);
        expect(ran.code).toBe(0);
        expect(ran.err).toMatch(/^powerlog: cannot write \/dev\/full: no space left on the disk$/m);
        expect(ran.err).not.toMatch(/kept in|nothing is kept/);
      }
    },
  );
});

describe('standard output is the command’s own', () => {
  const options = ['--out', '--capture', '--export-json', '--export-markdown', '--export-csv'];

  it.each(options)('%s -', (option) => {
    const ran = powerlog([...onSim, option, '-', '--', 'echo', 'ran']);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/standard output, which is the command's own/);
  });

  it.runIf(process.platform === 'linux').each(options)('%s, the file it leads to', (option) => {
    const path = file(`own${option}`);
    writeFileSync(path, '');
    const { status, stderr } = spawnSync(
      process.execPath,
      [bin, ...onSim, '--force', option, path, '--', 'echo', 'ran'],
      { stdio: ['ignore', openSync(path, 'w'), 'pipe'], encoding: 'utf8' },
    );
    expect(stderr).toMatch(/standard output, which is the command's own/);
    expect([status, readFileSync(path, 'utf8')]).toEqual([2, '']);
    const named = powerlog([...onSim, option, '/dev/stdout', '--', 'echo', 'ran']);
    expect(named).toMatchObject({ code: 2, out: '' });
  });
});
