import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../capture/samples.js';
import { bin, powerlog, words } from './run.js';

const golden = 'fixtures/synthetic.plog';
const sim = ['--port', 'sim', '-d', '100ms'];

function expectRefused(folder: string, args: readonly string[], text: RegExp, code = 2): void {
  const before = readdirSync(folder);
  const ran = powerlog(args);
  expect(ran.err).toMatch(text);
  expect(ran.code).toBe(code);
  expect(ran.err.trim().split('\n')).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(before);
}

describe('two outputs on one file are refused before anything is measured', () => {
  const sameFile = /is the same file as .*; each output needs a file of its own/;

  it('by one name', () => {
    const folder = scratch();
    const file = join(folder, 'run.csv');
    expectRefused(folder, words`record ${sim} --out ${file} --capture ${file}`, sameFile);
    expectRefused(folder, words`record ${sim} --out ${file} --capture ${folder}/./run.csv --force`, sameFile);
  });

  it('through links of both kinds, and through a directory by another name', () => {
    const folder = scratch();
    const file = join(folder, 'run.csv');
    writeFileSync(file, 'precious');
    symlinkSync('run.csv', join(folder, 'soft.csv'));
    linkSync(file, join(folder, 'hard.csv'));
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'other'));
    for (const name of ['soft.csv', 'hard.csv'])
      expectRefused(
        folder,
        words`record ${sim} --out ${join(folder, name)} --capture ${file} --force`,
        sameFile,
      );
    expectRefused(
      folder,
      words`record ${sim} --out ${join(folder, 'real/a')} --capture ${join(folder, 'other/a')}`,
      sameFile,
    );
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('standard output twice, also where it is a file or goes to nothing', () => {
    const folder = scratch();
    expectRefused(folder, words`record ${sim} --out - --capture -`, sameFile);
    expectRefused(folder, words`record ${sim} --out - --capture /dev/stdout`, sameFile);
  });

  it("the summary's own name", () => {
    const folder = scratch();
    const summary = join(folder, 'run.summary.json');
    const out = join(folder, 'run.csv');
    expectRefused(folder, words`record ${sim} --out ${out} --capture ${summary}`, sameFile);
    expectRefused(folder, words`exec --port sim --out ${out} --export-json ${summary} -- true`, sameFile);
  });

  it('exports among each other', () => {
    const folder = scratch();
    const file = join(folder, 'runs');
    expectRefused(
      folder,
      words`exec --port sim --export-csv ${file} --export-json ${file} -- touch ${join(folder, 'ran')}`,
      sameFile,
    );
  });

  it('but the null device takes as many as there are', () => {
    expect(powerlog(words`record ${sim} -q --out /dev/null --capture /dev/null`).code).toBe(0);
  });
});

describe('an output that is an input is refused, forced or not', () => {
  const isInput = /is the input itself/;

  it('a capture that is played', () => {
    const folder = scratch();
    const run = join(folder, 'run.plog');
    copyFileSync(golden, run);
    symlinkSync('run.plog', join(folder, 'link.plog'));
    for (const option of ['--out', '--capture'])
      expectRefused(
        folder,
        words`record --port ${run} ${option} ${join(folder, 'link.plog')} --force`,
        isInput,
      );
    expectRefused(
      folder,
      words`replay ${golden} ${run} --out ${folder}/ --force --map ${join(folder, 'run.csv')}`,
      isInput,
    );
    expect(readFileSync(run).equals(readFileSync(golden))).toBe(true);
  });

  it('a file that is standard input', () => {
    const folder = scratch();
    const run = join(folder, 'run.plog');
    copyFileSync(golden, run);
    const child = spawn(process.execPath, [bin, 'replay', '-', '--out', run, '--force'], {
      stdio: [openSync(run, 'r'), 'ignore', 'ignore'],
    });
    return once(child, 'close').then(([code]) => {
      expect(code).toBe(2);
      expect(readFileSync(run).equals(readFileSync(golden))).toBe(true);
    });
  });

  it('a map, and the summary of an earlier run', () => {
    const folder = scratch();
    const file = join(folder, 'old.summary.json');
    writeFileSync(file, '{}');
    expectRefused(folder, words`record ${sim} --map ${file} --out ${file} --force`, isInput);
    expectRefused(
      folder,
      words`exec --port sim --baseline ${file} --out ${join(folder, 'old.csv')} --force -- true`,
      isInput,
    );
  });

  it('the port that the board is on', async () => {
    const { startSimulator } = await import('#powerlog/simulator/port/server.js');
    const simulator = await startSimulator({ latencyMs: 1 });
    try {
      const ran = powerlog(words`record --port ${simulator.path} -d 100ms --out ${simulator.path}`);
      expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(isInput) });
      expect(simulator.stats().requests.sensors).toBe(0);
    } finally {
      await simulator.stop();
    }
  });
});

describe('a second recorder on a file', () => {
  /** Records until it is killed; resolves when it does. */
  async function recorder(...args: string[]) {
    const child = spawn(process.execPath, [bin, 'record', '--port', 'sim', '-q', ...args, '--capture', '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.stdout.resume();
    return child;
  }
  const taken = /is being written by another powerlog/;

  it('is refused, forced or not, and leaves it alone; so is a repair', async () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    const first = await recorder('--out', out);
    linkSync(out, join(folder, 'link.csv'));
    for (const name of ['run.csv', 'link.csv'])
      expectRefused(folder, words`record ${sim} --out ${join(folder, name)} --force`, taken, 5);
    // Another file, but the summary of both would be one.
    expectRefused(folder, words`record ${sim} --out ${join(folder, 'run.csv.gz')} --force`, taken, 5);
    first.kill('SIGINT');
    expect((await once(first, 'close'))[0]).toBe(0);
    const rows = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1);
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(summary.samples).toBe(rows.length);
  });

  it('may have it once the first is gone, however it went', async () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    const first = await recorder('--out', out);
    first.kill('SIGKILL');
    await once(first, 'close');
    expect(powerlog(words`record ${sim} -q --out ${out} --force`).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['run.csv', 'run.summary.json']);
  });

  it('is refused on a standard output that is the file of a first', async () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    await recorder('--out', out);
    const second = spawn(process.execPath, [bin, 'record', ...sim, '--out', '-'], {
      stdio: ['ignore', openSync(out, 'a'), 'pipe'],
    });
    let complaint = '';
    second.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    expect((await once(second, 'close'))[0]).toBe(5);
    expect(complaint).toMatch(/standard output is being written by another powerlog/);
  });
});

describe('the longest name that will be written', () => {
  it('is tried before anything is measured', () => {
    const folder = scratch();
    // The CSV's own name fits; its summary's does not.
    for (const option of ['--out', '--capture'])
      expectRefused(
        folder,
        words`record --port sim ${option} ${join(folder, `${'x'.repeat(245)}.csv`)}`,
        /summary\.json: its name, or that of a file beside it, is too long/,
        5,
      );
    expect(existsSync(join(folder, `${'x'.repeat(245)}.csv`))).toBe(false);
  });

  it('leaves nothing behind where the recording fails', () => {
    const folder = scratch();
    expectRefused(
      folder,
      words`record --port /dev/ttyACM77 --out ${join(folder, 'run.csv')}`,
      /does not exist/,
      3,
    );
    expectRefused(
      folder,
      words`replay package.json --out ${join(folder, 'run.csv')}`,
      /not a powerlog capture/,
      6,
    );
  });
});
