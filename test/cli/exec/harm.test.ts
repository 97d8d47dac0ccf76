import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { CommandSummary } from '#powerlog/exec/figures/summaries.js';
import { placesOfFile } from '../../capture/samples.js';
import { bin, powerlog, words } from '../run.js';

const posix = process.platform !== 'win32';
const file = placesOfFile();
const onSim = words`exec --port sim --baseline 0`;

/** Starts without waiting. */
function started(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let told = '';
  child.stderr.on('data', (data) => {
    told += data;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = (text: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => text.test(told) && resolve();
      child.stderr.on('data', look);
      look();
    });
  return { child, lines, heard, told: () => told };
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode ?? child.signalCode;
}

describe.runIf(posix)('a command that dies of a signal was no success', () => {
  it.each([
    [34, 'SIGRTMIN'],
    [37, 'SIGRTMIN+3'],
    [64, 'SIGRTMIN+30'],
    [11, 'SIGSEGV'],
    [31, 'SIGSYS'],
  ])('signal %i', (number, name) => {
    const out = file(`signal-${number}.csv`);
    const ran = powerlog([...onSim, '--out', out, '--', 'sh', '-c', `kill -${number} $$`]);
    expect(ran.code).toBe(128 + number);
    const summary = JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8'));
    expect((summary as { command: CommandSummary }).command).toMatchObject({ exit_code: null, signal: name });
  });

  it('a script without a first line is a shell’s, as everywhere', () => {
    writeFileSync(file('script'), 'echo "script $1"; exit 5\n');
    chmodSync(file('script'), 0o755);
    expect(powerlog([...onSim, '-q', '--', file('script'), 'ran'])).toMatchObject({
      code: 5,
      out: 'script ran\n',
    });
    const ran = powerlog([...onSim, '-q', '--', 'script', 'ran'], undefined, {
      PATH: `${file('.')}:${process.env.PATH}`,
    });
    expect(ran).toMatchObject({ code: 5, out: 'script ran\n' });
  });
});

describe.runIf(posix)('a port that leads nowhere', () => {
  writeFileSync(file('a-file'), '');
  symlinkSync('loop', file('loop'));
  symlinkSync('/dev/ptmx', file('ptmx'));
  mkdirSync(file('a-folder'));
  const ports: readonly (readonly [string, RegExp])[] = [
    [file('a-file/port'), /a part of it is not a directory/],
    [file('loop'), /go round in circles/],
    [file('x'.repeat(300)), /longer than the system allows/],
    [file('a-folder'), /is a directory/],
    ['/dev/null', /not a serial port/],
    ...['/dev/ptmx', '/dev/pts/ptmx', file('ptmx')]
      .filter((path) => existsSync(path))
      .map((path): readonly [string, RegExp] => [path, /makes pseudo-terminals/]),
    [file('none'), /does not exist/],
  ];

  it.each(ports)('%s: the command runs', (port, reason) => {
    const command = ['--', 'sh', '-c', 'echo ran; exit 4'];
    const ran = powerlog(words`exec --port ${port} --baseline 0 ${command}`);
    expect(ran).toMatchObject({ code: 4, out: 'ran\n' });
    expect(ran.err.split('\n')[0]).toMatch(reason);
    expect(ran.err).toContain('unmeasured');
    expect(powerlog(words`exec --strict --port ${port} ${command}`)).toMatchObject({ code: 3, out: '' });
  });

  it.each(ports)('%s: code 3 of what needs a board', (port, reason) => {
    const recording = words`record --port ${port} --duration 1s --out ${file('never.csv')}`;
    for (const args of [recording, words`info --port ${port}`]) {
      const ran = powerlog(args);
      expect(ran).toMatchObject({ code: 3, out: '' });
      expect(ran.err).toMatch(reason);
      expect(ran.err.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(existsSync(file('never.csv'))).toBe(false);
  });

  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, bin];
  const canBeNobody = spawnSync('setpriv', [...asNobody, '--version']).status === 0;
  it.runIf(canBeNobody)('behind a folder that may not be entered', () => {
    const locked = mkdtempSync(join(tmpdir(), 'powerlog-test-'));
    const args = words`exec --port ${join(locked, 'port')} --baseline 0 -- echo ran`;
    const { status, stdout, stderr } = spawnSync('setpriv', [...asNobody, ...args], { encoding: 'utf8' });
    rmSync(locked, { recursive: true });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ran\n' });
    expect(stderr).toMatch(/may not be entered by you/);
  });

  it('a file that is no capture', () => {
    const ran = powerlog(words`exec --port ${file('a-file')} -- echo ran`);
    expect(ran).toMatchObject({ code: 0, out: 'ran\n' });
    expect(ran.err).toMatch(/is empty.*unmeasured/);
  });
});

describe.runIf(posix)('a system that gives nothing', () => {
  it('a working folder that has been deleted: the command runs', () => {
    const gone = file('gone');
    const inGone = (args: string) => {
      mkdirSync(gone, { recursive: true });
      const line = `cd '${gone}' && rmdir '${gone}' && '${process.execPath}' '${bin}' ${args}`;
      return spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    };
    expect(inGone("exec --port sim --baseline 0 -- sh -c 'echo ran; exit 4'")).toMatchObject({
      status: 4,
      stdout: 'ran\n',
    });
    for (const args of ['record --port sim --duration 50ms -q --out -', 'info --port sim']) {
      const absolute = inGone(args);
      expect(absolute).toMatchObject({ status: 0, stdout: expect.stringMatching(/./) });
      expect(absolute.stderr).toMatch(/working folder has been deleted: only absolute paths/);
    }
    for (const args of [
      'record --port sim --duration 50ms --out x.csv',
      'simulate --link x',
      'grafana --out x',
      'record --out=../x.csv',
    ]) {
      const relative = inGone(args);
      expect([2, 5]).toContain(relative.status);
      expect(relative.stderr).toMatch(/working folder has been deleted/);
      expect(relative.stderr).not.toMatch(/a bug of ours/);
    }
  });

  it('no descriptors left: the command runs', () => {
    const out = file('starved.csv');
    const withLimit = (limit: number, args: readonly string[]) =>
      spawnSync('sh', ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', process.execPath, ...args], {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: temporary },
      });
    const temporary = mkdtempSync(file('starved-'));
    const nodeItself = file('node-itself.js');
    writeFileSync(nodeItself, 'require("node:fs").readFileSync(__filename)');
    let least = 16;
    while (withLimit(least, [nodeItself]).status !== 0) least++;
    least += 2; // one to load what runs the command, and one that Node keeps once it has used a stream
    const options = ['--port', 'sim', '--out', out, '--force'];
    for (const limit of [least, least + 1, least + 4, least + 10]) {
      const command = ['--', 'sh', '-c', 'echo ran; exit 4'];
      const ran = withLimit(limit, [bin, 'exec', '--baseline', '0', ...options, ...command]);
      expect({ limit, ...ran }).toMatchObject({ status: 4, stdout: 'ran\n' });
      expect(ran.stderr).not.toMatch(/\n {4}at /);
      expect({ limit, left: readdirSync(temporary) }).toEqual({ limit, left: [] });
      const recording = withLimit(limit, [bin, 'record', ...options, '--duration', '0.1s']);
      expect(recording.stderr).not.toContain('a bug of ours');
    }
  });
});

describe.runIf(posix)('what can be waited for can be ended', () => {
  const pipe = (name: string): string => {
    expect(spawnSync('mkfifo', [file(name)]).status).toBe(0);
    return file(name);
  };

  it.each(['--out', '--capture'])('exec %s, a pipe that nobody reads', async (option) => {
    const { child, heard, told } = started([...onSim, option, pipe(`unread${option}`), '--', 'echo', 'ran']);
    await heard(/waiting for somebody to read/);
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(143);
    expect(told()).toMatch(/the command was not run/);
  });

  it('exec goes on when somebody reads', async () => {
    const path = pipe('read-late');
    const { child, lines, heard } = started([...onSim, '--out', path, '--', 'echo', 'ran']);
    await heard(/waiting for somebody to read/);
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] });
    let rows = '';
    reader.stdout.on('data', (data) => {
      rows += data;
    });
    expect((await lines.next()).value).toBe('ran');
    expect(await endOf(child)).toBe(0);
    await endOf(reader);
    expect(rows).toMatch(/^time_s,.*\n\d+\.\d/);
  });

  it.each([
    // By then more rows have come than a pipe holds.
    ['exec', [...onSim, '--out'], ['--', 'sh', '-c', 'trap "" TERM; sleep 4']],
    ['record', words`record --port sim --duration 4s --out`, []],
  ])('%s into a pipe whose reader has stopped reading', async (name, options, command) => {
    const path = pipe(`stalled-${name}`);
    const reader = spawn('sh', ['-c', `exec <'${path}'; echo open; exec sleep 600`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { child } = started([...options, path, ...command]);
    await once(reader.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const asking = setInterval(() => child.kill('SIGTERM'), 500);
    expect(await endOf(child)).not.toBe('SIGKILL');
    clearInterval(asking);
    reader.kill('SIGKILL');
  });

  it.each([
    ['record --out', words`record --port sim --out`, []],
    ['record --capture', words`record --port sim --capture`, []],
    ['record --map', words`record --port sim --out ${file('m.csv')} --map`, []],
    ['exec --map', [...onSim, '--map'], ['--', 'true']],
    ['exec --export-json', [...onSim, '--export-json'], ['--', 'true']],
    ['exec --baseline', words`exec --port sim --baseline`, ['--', 'true']],
    ['replay', ['replay'], ['--out', file('replayed.csv')]],
  ])('%s, a pipe that nobody has at its other end', async (name, options, rest) => {
    const path = pipe(`alone-${name.replaceAll(/\W/g, '')}`);
    const { child } = started([...options, path, ...rest]);
    const asking = setInterval(() => child.kill('SIGTERM'), 500);
    expect(await endOf(child)).toBe('SIGTERM');
    clearInterval(asking);
  });

  it.each([[[]], [['fixtures/synthetic.plog']]])(
    'view %j and a pipe that nobody writes to',
    async (others) => {
      const { child, lines } = started(['view', ...others, pipe(`viewed${others.length}`)]);
      expect((await lines.next()).value).toMatch(/^http/);
      await new Promise((resolve) => setTimeout(resolve, 500)); // so that it may have come to the pipe
      child.kill('SIGTERM');
      expect(await endOf(child)).toBe(0);
    },
  );
});

describe.runIf(posix)('exec that is ended', () => {
  it('says that a Ctrl-C came in the baseline', async () => {
    const { child, told, heard } = started(words`exec --port /dev/powerlog-test-none -- true`);
    expect(await endOf(child)).toBe(0);
    expect(told()).not.toContain('the command was not run');
    const interrupted = started(words`exec --port sim --baseline 60s --out ${file('b.csv')} -- true`);
    while (!existsSync(file('b.csv')) || readFileSync(file('b.csv')).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
    interrupted.child.kill('SIGINT');
    expect(await endOf(interrupted.child)).toBe(130);
    expect(interrupted.told()).toMatch(/SIGINT.*idle machine.*the command was not run/);
    expect(interrupted.told()).not.toContain('a run failed');
    void heard;
  });

  it('sweeps the temporary folders of those that were killed, and of nobody else', async () => {
    const temporary = mkdtempSync(file('temporary-'));
    const env = { TMPDIR: temporary };
    const marked = 'dirname "$POWERLOG_MARKS"; exec sleep 600';
    const killed = started([...onSim, '-q', '--', 'sh', '-c', marked], env);
    const alive = started([...onSim, '-q', '--', 'sh', '-c', marked], env);
    const [dead, living] = [(await killed.lines.next()).value, (await alive.lines.next()).value];
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    const look = () => {
      powerlog([...onSim, '-q', '--', 'true'], undefined, env);
      return readdirSync(temporary).map((name) => join(temporary, name));
    };
    // Its command lives, and may still want to mark.
    expect(look()).toEqual(expect.arrayContaining([dead, living]));
    const program = `for p in /proc/[0-9]*; do if tr '\\0' '\\n' <"$p/environ" 2>/dev/null | grep -qF 'POWERLOG_MARKS=${dead}/'; then kill "\${p#/proc/}"; fi; done`;
    spawnSync('sh', ['-c', program]);
    // It may not have come to its death at once.
    let left = look();
    while (left.includes(dead)) left = look();
    expect(left).toEqual([living]);
    alive.child.kill('SIGTERM');
    await endOf(alive.child);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
