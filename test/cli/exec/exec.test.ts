import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';

import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import { placesOfFile } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin, powerlog, words } from '../run.js';

type ExecSummary = Summary & {
  readonly command: CommandSummary;
  readonly phases: readonly PhaseSummary[];
  readonly runs: readonly RepeatedRuns[];
};

const file = placesOfFile();

/** Options of a quick run on the simulator. */
const onSim = words`exec --port sim --baseline 0`;

/** Runs with `--out`, and reads the summary. */
function measured(name: string, options: readonly string[], command: readonly string[]) {
  const ran = powerlog([...onSim, '--out', file(`${name}.csv`), ...options, '--', ...command]);
  const path = file(`${name}.summary.json`);
  return { ...ran, summary: JSON.parse(readFileSync(path, 'utf8')) as ExecSummary };
}

/** Starts without waiting, in a session of its own, so that no terminal of the tester's has a say in its signals. */
function started(args: readonly string[], stdin: 'pipe' | 'ignore' = 'ignore') {
  const child = spawn(process.execPath, ['bin/powerlog.js', ...args], {
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
  });
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator]() };
}

const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode;
};

describe('exec hands on how the command ended', () => {
  const noProgram = file('no-program');
  writeFileSync(noProgram, 'text\n');
  const noInterpreter = file('no-interpreter');
  writeFileSync(noInterpreter, '#!/nonexistent/interpreter\n');
  chmodSync(noInterpreter, 0o755);

  it.each([
    [0, ['true']],
    [1, ['false']],
    [3, ['sh', '-c', 'exit 3']],
    [255, ['sh', '-c', 'exit 255']],
    [143, ['sh', '-c', 'kill -TERM $$']],
    [137, ['sh', '-c', 'kill -KILL $$']],
    [127, ['powerlog-test-no-such-command']],
    [127, ['/nonexistent/command']],
    [126, [noProgram]],
    [126, [noInterpreter]],
    [126, ['/']],
  ])('%i of %j', (code, command) => {
    const ran = powerlog([...onSim, '--', ...command]);
    expect(ran.code).toBe(code);
    if (code === 126 || code === 127) expect(ran.err).toContain(command[0]);
  });

  it('tells the summary too', () => {
    const { summary } = measured('killed', [], ['sh', '-c', 'kill -KILL $$']);
    expect(summary.command).toMatchObject({ exit_code: null, signal: 'SIGKILL' });
  });
});

describe('exec leaves the command alone', () => {
  it('does not touch its arguments', () => {
    const program = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const args = ['--runs', '-q', 'a b', '', '--', '*', '$HOME', '\'"', 'é\n'];
    const ran = powerlog([...onSim, '-q', '--', process.execPath, '-e', program, '--', ...args]);
    expect(JSON.parse(ran.out)).toEqual(args);
  });

  it('passes 100 MB of output byte for byte, and says nothing between them', () => {
    const command = ['sh', '-c', 'yes 0123456789abcdef | head -c 100000000'];
    const digest = (data: string) => createHash('sha256').update(data, 'latin1').digest('hex');
    const bare = spawnSync(command[0]!, command.slice(1), { maxBuffer: 1 << 28, encoding: 'latin1' });
    const ran = powerlog([...onSim, '--', ...command]);
    expect(ran.out.length).toBe(100_000_000);
    expect(digest(ran.out)).toBe(digest(bare.stdout));
  });

  it('lets it read standard input', () => {
    const input = Buffer.from(randomBytes(300_000).toString('hex'));
    expect(powerlog([...onSim, '--', 'cat'], input).out).toBe(input.toString());
  });

  it('does not make its standard streams non-blocking', needs(python), () => {
    const program = 'import os,sys\nsys.stdin.read()\nprint([os.get_blocking(fd) for fd in range(3)])';
    expect(powerlog([...onSim, '--', 'python3', '-c', program], Buffer.from('x')).out).toBe(
      '[True, True, True]\n',
    );
  });

  it('ends where nobody hears it', () => {
    const { status } = spawnSync(process.execPath, [bin, ...onSim, '--', 'true'], {
      stdio: 'ignore',
      timeout: 300_000,
    });
    expect(status).toBe(0);
  });

  it('speaks only when it has ended', () => {
    const ran = powerlog([...onSim, '--', 'sh', '-c', 'echo first >&2; echo last >&2']);
    expect(ran.err.startsWith('first\nlast\n')).toBe(true);
    expect(ran.err).toContain('energy');
  });

  const inTerminal = (seen: string, typed: string, command: readonly string[]) =>
    spawnSync('python3', ['test/cli/in-terminal.py', seen, typed, ...command], {
      encoding: 'utf8',
    });
  const asCommand = (options: readonly string[]) => [
    process.execPath,
    'bin/powerlog.js',
    ...onSim,
    ...options,
  ];

  it('lets a terminal be one', needs(python), () => {
    const program = 'import os; print([os.isatty(fd) for fd in range(3)])';
    const { stdout } = inTerminal('', '', asCommand(['-q', '--', 'python3', '-c', program]));
    expect(stdout).toBe('[True, True, True]\r\n');
  });

  it('gives it a typed Ctrl-C once', needs(python), () => {
    const program = `
import signal, sys, time
count = 0
def caught(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, caught)
print("ready", flush=True)
while count == 0:
    time.sleep(0.01)
time.sleep(0.5)  # for a second one
print("count", count)
sys.exit(9)`;
    const { stdout, status } = inTerminal(
      'ready',
      '\\x03',
      asCommand(['-q', '--', 'python3', '-c', program]),
    );
    expect(stdout).toContain('count 1\r\n');
    expect(status).toBe(9);
  });

  it('leaves the terminal as the command set it', needs(python), () => {
    const quoted = asCommand(['-q', '--', 'stty', '-echo']).map((word) => `'${word}'`);
    const { stdout } = inTerminal('', '', ['sh', '-c', `${quoted.join(' ')}; stty -a`]);
    expect(stdout).toMatch(/ -echo /);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    'hands %s on',
    async (signal) => {
      const program = `
      process.on('${signal}', () => { console.log('caught'); process.exit(5); });
      setInterval(() => {}, 1000);
      console.log('ready');`;
      const { child, lines } = started([...onSim, '-q', '--', process.execPath, '-e', program]);
      expect((await lines.next()).value).toBe('ready');
      child.kill(signal);
      expect((await lines.next()).value).toBe('caught');
      expect(await ended(child)).toBe(5);
    },
  );

  it('outlives KILL to powerlog, and the files are whole up to the last second', async () => {
    const csv = file('kill.csv');
    const program = 'echo ready; read line; echo "got $line"';
    const { child, lines } = started([...onSim, '--out', csv, '--', 'sh', '-c', program], 'pipe');
    await lines.next();
    const rows = () => readFileSync(csv, 'utf8').split('\n');
    while (rows().length < 1000) await new Promise((resolve) => setTimeout(resolve, 50));
    // While the command runs, rows come to the file from after an instant that has passed.
    const before = Date.now() / 1000;
    while (!(Number(rows().at(-2)!.split(',')[1]) > before))
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGKILL');
    const text = readFileSync(csv, 'utf8');
    child.stdin!.end('on\n');
    expect((await lines.next()).value).toBe('got on');
    expect(text.endsWith('\n')).toBe(true);
    const [header, ...kept] = text.trimEnd().split('\n');
    expect(new Set(kept.map((row) => row.split(',').length))).toEqual(new Set([header!.split(',').length]));
    expect(Number(kept.at(-1)!.split(',')[1])).toBeGreaterThan(before);
  });
});

describe('exec on a machine that has better to do than sample', () => {
  it('waits for the first sample before it starts the command', () => {
    const preload = fileURLToPath(new URL('../preload/late-sampling.cjs', import.meta.url));
    const csv = file('late.csv');
    const ran = powerlog([...onSim, '--out', csv, '--', 'true'], undefined, {
      NODE_OPTIONS: `--require ${preload}`,
    });
    expect(ran.code).toBe(0);
    const { command } = JSON.parse(readFileSync(file('late.summary.json'), 'utf8')) as ExecSummary;
    const [, first = ''] = readFileSync(csv, 'utf8').split('\n');
    expect(Number.parseFloat(first)).toBeLessThan(command.start_s);
  });
});

describe('exec does no harm when measuring fails', () => {
  it('runs the command without a board, and says so', () => {
    const path = file('no-board.csv');
    const options = words`exec --port /dev/powerlog-test-none --out ${path}`;
    const ran = powerlog([...options, '--', 'sh', '-c', 'echo ran; exit 4']);
    expect(ran).toMatchObject({ code: 4, out: 'ran\n' });
    expect(ran.err).toMatch(/^powerlog: .*powerlog-test-none.*unmeasured/);
    const summary = JSON.parse(readFileSync(file('no-board.summary.json'), 'utf8')) as ExecSummary;
    expect(summary).toMatchObject({ samples: 0, command: { exit_code: 4, energy_j: { system: null } } });
    expect(summary.warnings[0]?.code).toBe('no-board');
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
  });

  it('runs the command without a board whatever columns are those of the board that is missing', () => {
    for (const [options, header] of [
      [['--columns', 'hpwr1_w1_power_w'], 'hpwr1_w1_power_w'],
      [['--columns', 'measured_power_w'], 'time_s,unix_time_s'],
      [['--columns', 'time_s,fault_status'], 'time_s,fault_status'],
    ] as const) {
      const path = file('other-board.csv');
      const none = words`exec --port /dev/powerlog-test-none --baseline 0 --out ${path} --force`;
      const ran = powerlog([...none, ...options, '--', 'echo', 'ran']);
      expect(ran).toMatchObject({ code: 0, out: 'ran\n' });
      expect(ran.err).toMatch(/powerlog-test-none.*unmeasured/);
      expect(readFileSync(path, 'utf8')).toBe(`${header}\n`);
    }
  });

  it('runs nothing without a board where it is strict', () => {
    const ran = powerlog(words`exec --strict --port /dev/powerlog-test-none -- echo ran`);
    expect(ran).toMatchObject({ code: 3, out: '' });
  });

  const full = existsSync('/dev/full');
  it.runIf(full)('goes on where the disk is full', () => {
    const command = ['--out', '/dev/full', '--', 'sh', '-c', 'sleep 1; echo ran'];
    const ran = powerlog([...onSim, ...command]);
    expect(ran).toMatchObject({ code: 0, out: 'ran\n' });
    expect(ran.err).toMatch(/no space left/);
    expect(ran.err).toMatch(/system +\d/); // the energy is told all the same
    expect(powerlog([...onSim, '--strict', ...command])).toMatchObject({ code: 5, out: 'ran\n' });
  });

  it('runs nothing where an output cannot be made', () => {
    for (const option of ['--out', '--export-json', '--capture']) {
      const ran = powerlog([...onSim, option, file('no/such/folder/x'), '--', 'echo', 'ran']);
      expect(ran).toMatchObject({ code: 5, out: '' });
    }
  });

  it.each([
    ['off', [], 6],
    ['off', ['--strict'], 4],
    ['forever', [], 6],
    ['forever', ['--strict'], 4],
    ['600s', ['--strict'], 4],
  ])('goes on when the board dies in between: --reconnect %s %j', async (reconnect, options, code) => {
    const place = file(`board-${reconnect}${code}`);
    const board = started(words`simulate --link ${place}`);
    await board.lines.next();
    const csv = file(`lost-${reconnect}${code}.csv`);
    const port = ['--port', place, '--reconnect', reconnect, '--baseline', '0', '--out', csv];
    const status = code === 6 ? 6 : 0; // the command's own code goes first
    const program = `echo ready; read line; exit ${status}`;
    const { child, lines } = started(words`exec ${port} ${options} -- sh -c ${program}`, 'pipe');
    await lines.next();
    // As udev does with a device's; the pseudo-terminal that it leads to may soon be another test's, where a board like it answers.
    unlinkSync(place);
    board.child.kill('SIGKILL');
    await ended(board.child);
    let told = '';
    child.stderr!.on('data', (data) => {
      told += data;
    });
    child.stdin!.end('on\n');
    expect(await ended(child)).toBe(code);
    expect(told).toMatch(
      reconnect === 'off' ? /lost and did not come back/ : /was not back when the recording ended/,
    );
    const summary = JSON.parse(readFileSync(csv.replace('.csv', '.summary.json'), 'utf8')) as ExecSummary;
    expect(summary.command.exit_code).toBe(status);
  });
});

describe('exec refuses what makes no sense', () => {
  it.each([
    ['no command', [], /command/],
    ['standard output taken twice', ['--out', '-', '--', 'true'], /standard output/],
    ['half a regression limit', ['--max-regression', '5%', '--', 'true'], /--baseline-run/],
    ['idle without a baseline', ['--baseline', '0', '--cooldown', 'idle', '--', 'true'], /baseline/],
    ['a comparison with nothing', ['--compare', 'true'], /two command lines/],
    ['no runs', ['--runs', '0', '--', 'true'], /runs/],
    ['an unknown option', ['--bogus', '--', 'true'], /--bogus/],
    ['an unknown profile', ['--port', 'sim:nonsense', '--', 'true'], /nonsense/],
  ])('%s', (_, args, message) => {
    const ran = powerlog(['exec', ...args]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(message);
    expect(ran.err).not.toMatch(/\n {4}at /);
  });

  it('a file that is no summary', () => {
    writeFileSync(file('not.summary.json'), '{"schema": "other"}');
    const ran = powerlog(words`exec --port sim --baseline ${file('not.summary.json')} -- true`);
    expect(ran.code).toBe(6);
    expect(ran.err).toMatch(/not\.summary\.json: schema/);
  });
});
