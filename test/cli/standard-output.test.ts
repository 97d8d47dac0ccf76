import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bin, powerlog } from './run.js';

describe.runIf(existsSync('/dev/full'))('a standard output that takes nothing', () => {
  it.each([
    'ports',
    'ports --json',
    'info --port sim',
    'info --port sim --json',
    'simulate',
    '--version',
    '-V',
    '--help',
    'help record',
    'record --help',
    'record --port sim -d 50ms -q --out -',
    'replay fixtures/synthetic.plog -q --out -',
    'report fixtures/synthetic.plog -q',
    'report fixtures/synthetic.plog -q --json -',
    'report fixtures/synthetic.plog -q --html -',
    'view fixtures/synthetic.plog',
    'live --port sim',
  ])('%s: one line, and code 5', (line) => {
    const { status, stderr } = spawnSync(process.execPath, [bin, ...line.split(' ')], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    expect(stderr.toString()).toMatch(
      /^powerlog: cannot write standard output: no space left on the disk.*\n$/,
    );
    expect(status).toBe(5);
  });

  it('as standard error changes nothing', () => {
    for (const line of [
      'record --port sim -d 50ms --out -',
      'replay fixtures/synthetic.plog --out -',
      'ports',
    ]) {
      const { status } = spawnSync(process.execPath, [bin, ...line.split(' ')], {
        stdio: ['ignore', 'ignore', openSync('/dev/full', 'w')],
      });
      expect(status, line).toBe(0);
    }
    const refused = spawnSync(process.execPath, [bin, 'record', '--nonsense'], {
      stdio: ['ignore', 'ignore', openSync('/dev/full', 'w')],
    });
    expect(refused.status).toBe(2);
  });
});

describe.runIf(existsSync('/proc/self/fd'))('a standard output that is closed', () => {
  const script = bin.replace(/\.js$/, '');
  const closed = (line: string) =>
    spawnSync('sh', ['-c', `exec '${script}' ${line} >&-`], { encoding: 'utf8' });

  it.each([
    ...['--version', '-V', '--help', 'ports', 'info --port sim', 'report fixtures/synthetic.plog'],
    ...['replay fixtures/synthetic.plog -q --out -', 'record --port sim -d 50ms -q --out -'],
  ])('%s: one line, and code 5', (line) => {
    const { status, stderr } = closed(line);
    expect(stderr).toBe('powerlog: cannot write standard output: it is closed\n');
    expect(status).toBe(5);
  });

  it('is nothing to who writes nothing there', () => {
    expect(closed('exec --port sim --baseline 0 -q -- true')).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a standard output whose reader is gone', () => {
  it.each([
    'ports --json',
    'info --port sim',
    '--help',
    '--version',
    ...['html', 'json', 'svg', 'png'].map((kind) => `report fixtures/synthetic.plog --quiet --${kind} -`),
  ])('%s: nothing is wrong', async (line) => {
    const child = spawn(process.execPath, [bin, ...line.split(' ')], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const [code] = await once(child, 'close');
    expect([code, complaint]).toEqual([0, expect.not.stringMatching(/cannot|bug/)]);
  });
});

it('prints its version, and nothing else, where it can', () => {
  expect(powerlog(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
