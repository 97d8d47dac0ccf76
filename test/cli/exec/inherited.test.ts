import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin, words } from '../run.js';

const local = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const onLinux = process.platform === 'linux';
const launcher = bin.replace(/\.js$/, '');
const onSim = words`exec --port sim --baseline 0 -q`;

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
/** A shell that does not become its last command, but waits for it. */
const fromShell = (setting: string, command: readonly string[]) =>
  spawnSync('sh', ['-c', `${setting}; ${quoted(command)}; exit $?`], { encoding: 'latin1' });

const snapshot = ['python3', local('snapshot.py')];
const inherited = ({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }) => {
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe.runIf(onLinux)('what a command inherits is what it inherits without powerlog', needs(python), () => {
  it('through bin/powerlog, whatever it is', () => {
    const file = join(scratch(), 'file');
    const oddly = (command: readonly string[]) => {
      const args = [local('odd-start.py'), file, ...command];
      return inherited(spawnSync('python3', args, { encoding: 'latin1' }));
    };
    const bare = oddly(snapshot);
    expect(bare).toMatchObject({ nice: 3, descriptors: { 5: {}, 7: {}, 12: {}, 13: {}, 200: {} } });
    expect(bare.descriptors).not.toHaveProperty('0');
    expect(oddly([launcher, ...onSim, '--', ...snapshot])).toEqual(bare);
  });

  it('through bin/powerlog, from nothing unusual', () => {
    const bare = inherited(fromShell(':', snapshot));
    expect(inherited(fromShell(':', [launcher, ...onSim, '--', ...snapshot]))).toEqual(bare);
  });

  it('through Node, where a shell has set it', () => {
    const file = join(scratch(), 'file');
    const setting = `ulimit -S -n 412; ulimit -S -c 0; trap '' HUP USR1 USR2; umask 027; exec 5</dev/null 7>>'${file}' 9<'${file}'; export A=1`;
    const bare = inherited(fromShell(setting, ['nice', '-n', '3', ...snapshot]));
    const measured = ['nice', '-n', '3', process.execPath, bin, ...onSim, '--', ...snapshot];
    expect(inherited(fromShell(setting, measured))).toEqual(bare);
  });

  it('in every run of several', () => {
    const setting = "ulimit -S -n 412; trap '' HUP; exec 5</dev/null";
    const { stdout } = fromShell(setting, [launcher, ...onSim, '--runs', '2', '--', ...snapshot]);
    const bare = fromShell(setting, snapshot).stdout;
    expect(stdout).toBe(bare + bare);
  });

  it('arguments that are not UTF-8 reach it', () => {
    const program = `printf 'a\\377b' | od -An -c; exec '${launcher}' ${quoted(onSim)} -- sh -c 'printf %s "$1" | od -An -c' sh "$(printf 'a\\377b')"`;
    const [bare, measured] = spawnSync('sh', ['-c', program], { encoding: 'utf8' }).stdout.split('\n');
    expect(measured).toBe(bare);
  });
});

const makeVersion = /GNU Make (\d+\.\d+)/.exec(
  spawnSync('make', ['--version']).stdout?.toString() ?? '',
)?.[1];
const makeStyles: readonly (readonly string[])[] =
  Number(makeVersion) >= 4.4 ? [['--jobserver-style=fifo'], ['--jobserver-style=pipe']] : [[]];

const make = {
  name: 'GNU make',
  install: 'apt-get install make',
  isMissing: makeVersion === undefined,
};

describe('make -j under exec', needs(make), () => {
  /** Two targets that each wait for the other to begin, so that one job at a time never ends. */
  const makefile = `
all:
	+$(POWERLOG) $(MAKE) both
both: one two
one two:
	touch $@.began
	n=0; until test -e one.began && test -e two.began; do n=$$((n + 1)); test $$n -lt 200 || exit 9; sleep 0.1; done
`;

  it.each(
    makeStyles.flatMap((style) => [
      ['bin/powerlog', style, [launcher]] as const,
      ['node bin/powerlog.js', style, [process.execPath, bin]] as const,
    ]),
  )('keeps its jobserver: %s %j', (_, style, powerlog) => {
    const folder = scratch();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'Makefile'), makefile);
    const measured = quoted([...powerlog, ...onSim, '--']);
    const env = { ...process.env, MAKEFLAGS: '' };
    const made = spawnSync('make', ['-s', '-j2', ...style, `POWERLOG=${measured}`], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(folder, 'two.began'))).toBe(true);
  });
});
