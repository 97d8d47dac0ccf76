import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandSummary } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin, words } from '../run.js';

const onLinux = process.platform === 'linux';
const hasBash = spawnSync('bash', ['--version']).status === 0;
const inTerminal = fileURLToPath(new URL('../in-terminal.py', import.meta.url));
const throughNode = `'${process.execPath}' '${bin}'`;
const launcher = `'${bin.replace(/\.js$/, '')}'`;

/** Runs a command on a terminal of its own, which is closed once `seen` is there; resolves with the command's exit code. */
async function onTerminal(folder: string, command: readonly string[], seen: string): Promise<number | null> {
  const terminal = spawn('python3', [inTerminal, '', '', ...command], { cwd: folder, stdio: 'ignore' });
  const ended = once(terminal, 'exit');
  await appears(folder, seen);
  terminal.kill('SIGTERM');
  const [code] = (await ended) as [number | null];
  return code;
}

/** Waits for a file with something in it. */
async function appears(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  // Of a CSV a row, so that a recording has something in it.
  const enough = name.endsWith('.csv') ? /\n./ : /./;
  const there = () => existsSync(path) && enough.test(readFileSync(path, 'utf8'));
  if (!there())
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!there()) return;
        clearInterval(timer);
        watcher.close();
        resolve();
      };
      const watcher = watch(folder, look);
      const timer = setInterval(look, 500);
    });
  return readFileSync(path, 'utf8');
}

const summaryOf = async (folder: string) =>
  JSON.parse(await appears(folder, 'run.summary.json')) as Summary & { readonly command: CommandSummary };

/** Goes on until the test says that the terminal is closed. */
const training = `sh -c 'echo started > started; n=0; until test -e closed; do n=$((n + 1)); test $n -lt 600 || exit 9; sleep 0.1; done; echo on > trained; exit 3'`;

describe.runIf(onLinux)('started with nohup, when the terminal closes', needs(python), () => {
  const elsewhere = '</dev/null >log 2>&1';
  it.each([
    ['node', 'sh', throughNode, ''],
    ['node, its descriptors elsewhere', 'bash', throughNode, elsewhere],
    ['bin/powerlog', 'sh', launcher, ''],
    ['bin/powerlog, its descriptors elsewhere', 'sh', launcher, elsewhere],
  ])('exec through %s goes on, and its command', async (_, shell, powerlog, redirected) => {
    if (shell === 'bash' && !hasBash) return;
    const folder = scratch();
    const line = `nohup ${powerlog} exec --port sim --baseline 0 --out run.csv -- ${training} ${redirected} & wait`;
    await onTerminal(folder, [shell, '-c', line], 'started');
    writeFileSync(join(folder, 'closed'), '');
    expect(await appears(folder, 'trained')).toBe('on\n');
    const { command, coverage } = await summaryOf(folder);
    expect(command).toMatchObject({ exit_code: 3, signal: null });
    expect(coverage).toBeGreaterThan(0);
  });

  it('record goes on', async () => {
    const folder = scratch();
    const line = `nohup ${throughNode} record --port sim --out run.csv & echo $! > pid; wait`;
    await onTerminal(folder, ['sh', '-c', line], 'run.csv');
    const rows = () => readFileSync(join(folder, 'run.csv'), 'utf8').split('\n').length;
    const before = rows();
    await new Promise<void>((resolve) => {
      const watcher = watch(join(folder, 'run.csv'), () => {
        if (rows() <= before) return;
        watcher.close();
        resolve();
      });
    });
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGTERM');
    expect((await summaryOf(folder)).samples).toBeGreaterThanOrEqual(before - 1);
  });
});

describe.runIf(onLinux)('without nohup, when the terminal closes', needs(python), () => {
  const powerlog = [process.execPath, bin];

  it('the command hears of it, and powerlog ends as it does', async () => {
    const folder = scratch();
    const program = 'trap "exit 4" HUP; echo started > started; while :; do sleep 0.1; done';
    const measured = words`exec --port sim --baseline 0 --out run.csv -- sh -c ${program}`;
    expect(await onTerminal(folder, [...powerlog, ...measured], 'started')).toBe(4);
    expect((await summaryOf(folder)).command.exit_code).toBe(4);
  });

  it('record ends well, and Node does not abort', async () => {
    const folder = scratch();
    const recording = words`record --port sim --out run.csv`;
    expect(await onTerminal(folder, [...powerlog, ...recording], 'run.csv')).toBe(0);
    expect((await summaryOf(folder)).samples).toBeGreaterThan(0);
  });
});
