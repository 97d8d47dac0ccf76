import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { openPtyClient } from '../../simulator/pty-client.js';
import { bin, powerlog, words } from '../run.js';

/** Things happen when they happen, not when powerlog gets to them, and not sooner than they were asked for. */

const preload = (name: string) => ({
  NODE_OPTIONS: `--require ${fileURLToPath(new URL(`../preload/${name}.cjs`, import.meta.url))}`,
});
const summaryOf = (path: string) => JSON.parse(readFileSync(path.replace(/\.\w+$/, '.summary.json'), 'utf8'));

describe('a recording on a machine that has better to do', () => {
  it('ends when its sampling ended: the time that finishing took is no silence of the board', () => {
    const out = join(scratch(), 'run.csv');
    const { code } = powerlog(
      words`record --port sim --duration 1s --out ${out}`,
      undefined,
      preload('busy-main-thread'),
    );
    expect(code).toBe(0);
    const times = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1).map(Number.parseFloat);
    const { gaps, duration_s } = summaryOf(out);
    const end = Math.max(1, ...times);
    expect(Math.max(0, ...gaps.map((gap: { end_s: number }) => gap.end_s))).toBeLessThanOrEqual(end);
    expect(duration_s).toBeLessThanOrEqual(end);
  });
});

describe('a wall clock that is set', () => {
  it('in a recording of a second is told', async () => {
    const capture = join(scratch(), 'run.plog');
    const child = spawn(
      process.execPath,
      [bin, 'record', '--port', 'sim', '--columns', 'power', '--out', '-', '--capture', capture, '--quiet'],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...preload('clock-set-on-usr2') } },
    );
    await once(child.stdout, 'data');
    child.stdout.resume();
    child.kill('SIGUSR2');
    await once(child.stderr, 'data'); // the clock is set; of two signals at once the other could go before
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const { warnings } = summaryOf(capture);
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: 'clock-step',
        message: expect.stringMatching(/up to 3(599|600)\.\d+ s ahead of/),
      }),
    );
  });
});

describe('a mark without a time', () => {
  it('lies where it was written, also where powerlog came to it a second later', () => {
    const out = join(scratch(), 'run.csv');
    // Nothing but the kernel runs powerlog, or does not.
    const script = `
      kill -STOP $PPID; echo point written >> $POWERLOG_MARKS
      sleep 1; kill -CONT $PPID; sleep 0.3`;
    const args = words`exec --port sim --baseline 0 --out ${out} -- sh -c ${script}`;
    expect(powerlog(args).code).toBe(0);
    const { command, phases } = summaryOf(out);
    expect(command.end_s - phases[0].spans[0].start_s).toBeGreaterThanOrEqual(1.25);
  });
});

describe('a time of more than 24.8 days', () => {
  it('as a baseline is waited for: the command does not run at once', async () => {
    const folder = scratch();
    const [out, ran] = [join(folder, 'run.csv'), join(folder, 'ran')];
    const child = spawn(
      process.execPath,
      [bin, 'exec', '--port', 'sim', '--baseline', '25d', '--out', out, '--', 'touch', ran],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(child, 'exit');
    // Longer than it would go on waiting for samples of a baseline that was over.
    const recordedS = () =>
      existsSync(out) ? Number.parseFloat(readFileSync(out, 'utf8').split('\n').at(-2) ?? '') : 0;
    while (child.exitCode === null && !(recordedS() > 2.5)) await new Promise((go) => setTimeout(go, 50));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(existsSync(ran)).toBe(false);
    expect(said).not.toContain('Timeout');
  });

  it('between two unpluggings is waited for: the board stays', async () => {
    const child = spawn(process.execPath, [bin, 'simulate', '--fault', 'unplug:25d'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [path] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const port = openPtyClient(path.trim());
    for (let n = 0; n < 1000; n++) expect(port.ask(1, 216).length).toBe(216);
    port.close();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said).toContain('answered 1,000 requests');
    expect(said).not.toContain('Timeout');
  });
});
