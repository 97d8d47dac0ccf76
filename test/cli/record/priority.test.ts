import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { bin, powerlog, words } from '../run.js';

/** The sampling thread goes before programs that merely compute, where that is allowed, and nothing else of powerlog does. */

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Nice value, real-time priority and policy of a thread, as the kernel tells them. */
function scheduling(stat: string): { nice: number; realTime: number; policy: number } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { nice: Number(fields[16]), realTime: Number(fields[37]), policy: Number(fields[38]) };
}

const own = process.platform === 'linux' ? scheduling(readFileSync('/proc/self/stat', 'utf8')) : undefined;
const mayRaise = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;
const summaryOf = (path: string) => JSON.parse(readFileSync(path.replace('.csv', '.summary.json'), 'utf8'));

describe.runIf(own && mayRaise)('where a higher priority is allowed', () => {
  const told = `nice ${own ? Math.min(own.nice, -10) : 0}, rr 1 under load`;

  it('the sampling thread takes the lowest of real time while the machine is busy, and no other thread does', async () => {
    for (let n = 0; n < 2 * availableParallelism() + 1; n++)
      children.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    const out = join(scratch(), 'run.csv');
    const child = spawn(process.execPath, [bin, 'record', '--port', 'sim', '--out', '-', '--capture', out], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const complaint = text(child.stderr);
    await once(child.stdout, 'data');
    child.stdout.resume();
    const tasks = `/proc/${child.pid}/task`;
    const raised = () =>
      readdirSync(tasks)
        .flatMap((id) => {
          try {
            return scheduling(readFileSync(`${tasks}/${id}/stat`, 'utf8'));
          } catch {
            return []; // it has ended
          }
        })
        .filter(({ nice, policy }) => nice !== own!.nice || policy !== own!.policy);
    // It looks around ten times a second; only a thread that never does fails here, by the test's time limit.
    let found = raised();
    while (!found.some(({ policy }) => policy === 2)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      found = raised();
    }
    expect(found).toEqual([{ nice: Math.min(own!.nice, -10), realTime: 1, policy: 2 }]);
    child.kill('SIGINT');
    expect([await once(child, 'exit'), await complaint]).toEqual([
      [0, null],
      expect.stringContaining('coverage'),
    ]);
    expect(summaryOf(out).sampling_priority).toBe(told);
  });

  it('a command starts with what powerlog was started with', () => {
    const seen = [
      powerlog(words`exec --port sim --quiet -- cat /proc/self/stat`).out,
      spawnSync('cat', ['/proc/self/stat'], { encoding: 'utf8' }).stdout,
    ];
    expect(scheduling(seen[0]!)).toEqual(scheduling(seen[1]!));
  });

  it('the thread is less nice where it may not have real time', () => {
    const out = join(scratch(), 'run.csv');
    const preload = fileURLToPath(new URL('../preload/without-real-time.cjs', import.meta.url));
    const args = words`record --port sim -d 100ms --out ${out}`;
    expect(powerlog(args, undefined, { NODE_OPTIONS: `--require ${preload}` }).code).toBe(0);
    expect(summaryOf(out).sampling_priority).toBe('nice -10');
  });

  it('a priority that the user chose is left alone', () => {
    const out = join(scratch(), 'run.csv');
    const { status } = spawnSync(
      'chrt',
      ['--fifo', '7', process.execPath, bin, 'record', '--port', 'sim', '-d', '100ms', '--out', out],
      { stdio: 'ignore' },
    );
    expect([status, summaryOf(out).sampling_priority]).toEqual([0, 'fifo 7']);
  });

  it('a replay says what the recording was sampled at', () => {
    const folder = scratch();
    const [capture, out] = [join(folder, 'run.plog'), join(folder, 'again.csv')];
    expect(powerlog(words`record --port sim -d 100ms --capture ${capture}`).code).toBe(0);
    expect(powerlog(words`replay ${capture} --out ${out}`).code).toBe(0);
    expect(summaryOf(out).sampling_priority).toBe(told);
  });
});

const limits = own ? readFileSync('/proc/self/limits', 'utf8') : '';
const nobody = { uid: 65534, gid: 65534 };
const canForbid =
  process.getuid?.() === 0 && /realtime priority +0 /.test(limits) && /nice priority +0 /.test(limits);

describe.runIf(own && canForbid)('where it is not allowed', () => {
  /** A recording by somebody without rights, of a board that is late now and then. */
  async function recorded(fault: string) {
    const board = spawn(process.execPath, [bin, 'simulate', '--latency', '1ms', '--fault', fault], {
      ...nobody,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(board);
    const [port] = (await once(createInterface({ input: board.stdout }), 'line')) as [string];
    const folder = scratch();
    chmodSync(folder, 0o777);
    const out = join(folder, 'run.csv');
    const { status, stderr } = spawnSync(
      process.execPath,
      [bin, 'record', '--port', port, '--duration', '2s', '--out', out],
      { ...nobody, encoding: 'utf8' },
    );
    expect(status).toBe(0);
    return { said: stderr, summary: summaryOf(out) };
  }

  it
    .runIf(
      spawnSync('prlimit', ['--nice=30', 'setpriv', '--reuid=65534', '--clear-groups', 'true']).status === 0,
    )
    .each([
      ['--rtprio=1', 'nice 0, rr 1 under load'],
      ['--nice=30', 'nice -10'],
    ])('a limit of %s is enough for %s', (limit, priority) => {
    const folder = scratch();
    chmodSync(folder, 0o777);
    const out = join(folder, 'run.csv');
    const record = [process.execPath, bin, 'record', '--port', 'sim', '-d', '100ms', '--out', out];
    const { status } = spawnSync(
      'prlimit',
      [limit, 'setpriv', '--reuid=65534', '--clear-groups', ...record],
      { stdio: 'ignore' },
    );
    expect([status, summaryOf(out).sampling_priority]).toEqual([0, priority]);
  });

  it('it is said what it ran at, and, where samples came late, once how to allow more', async () => {
    const { said, summary } = await recorded('late:0.2:60ms');
    expect(summary.sampling_priority).toBe('nice 0');
    expect(summary.warnings.map(({ code }: { code: string }) => code)).toContain('sampling-priority');
    expect(said.match(/normal priority \(nice 0\).*docs\/priority\.md has the line/g)).toHaveLength(1);
  });
});
