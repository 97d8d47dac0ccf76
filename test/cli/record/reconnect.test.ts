import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { bin } from '../run.js';

const readSummary = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));

/** Starts a recording in a folder and waits for what it says to hold some text. */
function record(folder: string, port: string, ...more: readonly string[]) {
  const child = spawn(
    process.execPath,
    [bin, 'record', '--port', port, '--out', join(folder, 'run.csv'), ...more],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  let said = '';
  let look: () => void = () => {};
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    look();
  });
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (said.includes(text)) resolve();
      };
      look();
    });
  return { ended, says, said: () => said, stop: () => child.kill('SIGINT') };
}

/** A recording has begun for certain once its CSV holds a row. */
async function hasRows(folder: string): Promise<void> {
  const rows = () => {
    try {
      return readFileSync(join(folder, 'run.csv'), 'utf8').split('\n').length - 2;
    } catch {
      return 0; // not made yet
    }
  };
  while (rows() < 10) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a board that goes away', needs(python), () => {
  it('is announced, waited for, found under its new name, and recorded on into the same CSV', async () => {
    const folder = scratch();
    const link = join(folder, 'port');
    const board = await startForeignBoard(
      ...['--link', link, '--latency', '1', '--fault', 'unplug:0.003', '--away', '150', '--name', 'desk 4'],
    );
    const recording = record(folder, link);
    await recording.says('is back');
    recording.stop();
    const code = await recording.ended;
    const err = recording.said();
    const { faults } = await board.stop();
    expect(code).toBe(0);
    expect(err).toMatch(/BENCHLAB 'desk 4' on .*port went away; waiting for it/);
    expect(err).toMatch(/BENCHLAB 'desk 4' is back on .*port after \d\.\d s/);
    const summary = readSummary(folder);
    const away = summary.gaps.filter((gap: { cause: string }) => gap.cause === 'board-lost');
    expect(away.length).toBeGreaterThan(0);
    expect(Math.abs(away.length - faults.length)).toBeLessThanOrEqual(1);
    for (const { start_s, end_s } of away) expect(end_s - start_s).toBeGreaterThan(0.15);
    const times = readFileSync(join(folder, 'run.csv'), 'utf8').trimEnd().split('\n').slice(1);
    const instants = times.map((row) => Number(row.split(',')[0]));
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    for (const { start_s, end_s } of away)
      expect(instants.filter((s) => s > start_s && s < end_s)).toEqual([]);
  });

  it('is not taken for another one that comes in its place: that is refused by name, and the code is 4', async () => {
    const folder = scratch();
    const link = join(folder, 'port');
    const first = await startForeignBoard('--latency', '1', '--name', 'mine');
    symlinkSync(first.port, link);
    const other = ['--uid', 'ffffffffffffffffffffffff', '--name', 'theirs'];
    const second = await startForeignBoard('--latency', '1', ...other);
    const recording = record(folder, link, '--reconnect', '8s');
    await hasRows(folder);
    // It is there when the first goes, so that no time runs meanwhile.
    symlinkSync(second.port, `${link}.new`);
    renameSync(`${link}.new`, link);
    await first.stop();
    const code = await recording.ended;
    await second.stop();
    expect(code).toBe(4);
    expect(recording.said()).toMatch(
      /is another board \(theirs, UID F{24}\); waiting for mine, UID 0123456789ABCDEF01234567/,
    );
    expect(recording.said()).toContain('what was recorded is whole');
    const summary = readSummary(folder);
    expect(summary.board.name).toBe('mine');
    expect(summary.warnings.map(({ code: each }: { code: string }) => each)).toContain('ended-early');
  });

  it('ends the recording at once with --reconnect off', async () => {
    const folder = scratch();
    const board = await startForeignBoard('--latency', '1');
    const recording = record(folder, board.port, '--reconnect', 'off');
    await hasRows(folder);
    await board.stop();
    expect(await recording.ended).toBe(4);
    expect(recording.said()).toMatch(/BENCHLAB .* went away, and is not waited for$/m);
    expect(recording.said()).not.toContain('waiting');
    const rows = readFileSync(join(folder, 'run.csv'), 'utf8');
    expect(rows.endsWith('\n')).toBe(true);
    expect(readSummary(folder).samples).toBe(rows.split('\n').length - 2);
  });

  it('is waited for as long as the recording lasts where that is asked for', async () => {
    const folder = scratch();
    const link = join(folder, 'port');
    // It goes by itself, whenever somebody may look here.
    const away = ['--fault', 'unplug:0.1', '--away', '3600000'];
    const board = await startForeignBoard('--link', link, '--latency', '1', ...away);
    const recording = record(folder, link, '--reconnect', 'forever', '--duration', '6s');
    expect(await recording.ended).toBe(4); // its duration is over, and the board not back
    await board.stop();
    expect(recording.said()).toContain('went away');
    const { duration_s, gaps } = readSummary(folder);
    expect(duration_s).toBeGreaterThan(5.9);
    expect(gaps.at(-1).cause).toBe('board-lost');
  });
});
