import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { bin, powerlog } from './run.js';

const golden = resolve('fixtures/synthetic.plog');

/** The package as npm would publish it, unpacked, with links to what it says it needs and to nothing else. */
function packed(): string {
  const folder = scratch();
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  const file = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', file], { cwd: folder });
  const place = join(folder, 'package');
  const { dependencies } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(place, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
  return place;
}

describe.runIf(process.platform !== 'win32')('what npm packs', () => {
  it('records, measures and replays by itself', () => {
    const place = packed();
    const run = (line: string) => {
      const words = ['bin/powerlog.js', ...line.split(' ')];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: place, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      return stdout;
    };
    run('record --port sim --duration 100ms --out run.csv --capture run.plog');
    expect(run('replay run.plog --out -')).toBe(readFileSync(join(place, 'run.csv'), 'utf8'));
    run('exec --port sim --baseline 0 --runs 2 --export-csv runs.csv -- true');
    const marked = '--mark-output (?<point>\\w+) --out marked.csv';
    const pythonPath = run(`exec --port sim --baseline 0 ${marked} -- printenv PYTHONPATH`).split(
      /[:\n]/,
    )[0]!;
    expect(existsSync(join(pythonPath, 'powerlog_marks.py'))).toBe(true);
    expect(JSON.parse(readFileSync(join(place, 'marked.summary.json'), 'utf8')).phases).toHaveLength(1);
    run('grafana --out dashboards');
    expect(existsSync(join(place, 'dashboards/provisioning/datasources/powerlog.yaml'))).toBe(true);
  });

  it('has the licence of every package that its bundle holds', () => {
    const licences = readFileSync('lib/licenses.txt', 'utf8');
    const maps = readdirSync('lib').filter((name) => name.endsWith('.js.map'));
    const held = maps
      .flatMap((name) => JSON.parse(readFileSync(join('lib', name), 'utf8')).sources as string[])
      .flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
    expect(held).toEqual(expect.arrayContaining(['commander', 'mqtt', '@grafana/grafana-foundation-sdk']));
    expect([...new Set<string>(held)].filter((name) => !licences.includes(`\n${name} `))).toEqual([]);
  });
});

it('has what is not wanted at each start in files of its own', () => {
  const { sources } = JSON.parse(readFileSync('lib/main.js.map', 'utf8')) as { sources: readonly string[] };
  expect(sources.filter((source) => source.includes('grafana-foundation-sdk'))).toEqual([]);
});

describe('what V8 made of the program when it was built', () => {
  const NODE_OPTIONS = `--require ${fileURLToPath(new URL('preload/says-made.cjs', import.meta.url))}`;
  const replay = (env: NodeJS.ProcessEnv, ...flags: readonly string[]) =>
    spawnSync(process.execPath, [...flags, bin, 'replay', golden, '--out', '-'], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });

  it('is taken at the next start', () => {
    expect(replay({ NODE_OPTIONS }).stderr).toMatch(/^V8 has taken it$/m);
  });

  it('is left alone under other flags, and the program is the same', () => {
    const { stdout, stderr } = replay({ NODE_OPTIONS }, '--no-opt');
    expect(stderr).toMatch(/^V8 has refused it$/m);
    expect(stdout).toBe(replay({}).stdout);
  });

  it('does not hide where an error came from', () => {
    const { err } = powerlog(['replay', 'package.json'], undefined, { POWERLOG_DEBUG: '1' });
    expect(err).toMatch(/^ {4}at .*src[/\\]capture[/\\]parts\.ts:\d+/m);
  });
});
