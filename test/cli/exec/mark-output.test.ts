import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { CommandSummary, PhaseSummary } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import { placesOfFile } from '../../capture/samples.js';
import { bin, powerlog, words } from '../run.js';

type ExecSummary = Summary & { readonly command: CommandSummary; readonly phases: readonly PhaseSummary[] };

const file = placesOfFile();
const hasPython = spawnSync('python3', ['--version']).status === 0;

const epochs = '(?<begin>epoch \\d+) starts|(?<end>epoch \\d+) took|saved (?<point>\\S+) (?<count>\\S+)';
const onSim = words`exec --port sim --baseline 0`;
const summaryOf = (name: string) =>
  JSON.parse(readFileSync(file(`${name}.summary.json`), 'utf8')) as ExecSummary;

function measured(name: string, pattern: string, script: string) {
  const options = ['--out', file(`${name}.csv`), '--mark-output', pattern];
  const ran = powerlog([...onSim, ...options, '--', 'sh', '-c', script]);
  const summary = summaryOf(name);
  const told = summary.warnings.filter(({ code }) => code === 'mark').map(({ message }) => message);
  return { ...ran, summary, told, names: summary.phases.map((phase) => phase.name) };
}
const tapped = (...command: string[]) => [...onSim, '-q', '--mark-output', epochs, '--', ...command];
const phase = (summary: ExecSummary, name: string) => summary.phases.find((each) => each.name === name)!;

function started(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
}

describe('marks from the output', () => {
  it('are those of its lines, in colour or not, and the output is as it was', () => {
    const lines =
      '\\033[1mepoch 1\\033[0m starts\\nepoch 1 took 3 s\\r\\nsaved a 5\\nsaved a 1,5\\n50 %\\repoch 2 starts';
    const { out, summary, told, names } = measured('lines', epochs, `printf '${lines.replace('%', '%%')}'`);
    expect(out).toBe(
      '\u001b[1mepoch 1\u001b[0m starts\nepoch 1 took 3 s\r\nsaved a 5\nsaved a 1,5\n50 %\repoch 2 starts',
    );
    expect(names).toEqual(['epoch 1', 'a', 'epoch 2']);
    expect(phase(summary, 'epoch 1')).not.toHaveProperty('unended');
    expect(phase(summary, 'a')).toMatchObject({ times: 2, count: 5 });
    expect(phase(summary, 'epoch 2')).toMatchObject({ unended: 1 });
    expect(told).toEqual([expect.stringMatching(/output: the count '1,5' cannot be read/)]);
  });

  it('have the instant at which their line was whole', () => {
    const program = `
      const { appendFileSync, writeSync } = require('node:fs');
      const point = (name) =>
        appendFileSync(process.env.POWERLOG_MARKS, process.hrtime.bigint() + ' point ' + name + '\\n');
      point('before');
      writeSync(1, 'epoch 1 starts\\nepoch');
      setTimeout(() => { point('between'); writeSync(1, ' 1 took\\n'); }, 100);`;
    const { summary } = measured('instant', epochs, `'${process.execPath}' -e "${program}"`);
    const at = (name: string) => phase(summary, name).spans[0]!;
    expect(at('epoch 1').start_s).toBeGreaterThanOrEqual(at('before').start_s);
    expect(at('epoch 1').end_s).toBeGreaterThanOrEqual(at('between').start_s);
    expect(at('epoch 1').end_s).toBeLessThanOrEqual(summary.command.end_s);
  });

  it('stand beside those of the marks file, and of several patterns', () => {
    const options = ['--out', file('both.csv'), '--mark-output', epochs, '--mark-output', '(?<point>tick)'];
    const script = 'echo begin own >> "$POWERLOG_MARKS"; echo epoch 1 starts; echo tick; echo epoch 1 took';
    powerlog([...onSim, ...options, '--', 'sh', '-c', script]);
    const names = summaryOf('both').phases.map(({ name }) => name);
    expect(names.sort()).toEqual(['epoch 1', 'own', 'tick']);
  });

  it.each([
    ['looks around', '(?<=step )(?<point>\\d+)(?! of)'],
    ['has anchors', '^step (?<point>\\d+)$'],
    ['matches over lines where it can', '\\s*step\\s+(?<point>\\d+)\\s*$'],
  ])('are found by a pattern that %s', (_, pattern) => {
    const { names } = measured(
      'forms',
      pattern,
      "printf 'step\\nstep 1\\n\\n\\nstep 2\\nstep 3 of 4\\nstep 5'",
    );
    expect(names).toEqual(['1', '2', '5']);
    rmSync(file('forms.csv'));
    rmSync(file('forms.summary.json'));
  });

  it('are found in every run', () => {
    const options = ['--out', file('runs.csv'), '--mark-output', epochs, '--runs', '3'];
    powerlog([...onSim, ...options, '--', 'sh', '-c', 'echo epoch 1 starts; echo epoch 1 took']);
    expect(phase(summaryOf('runs'), 'epoch 1')).toMatchObject({ times: 3 });
  });

  it('come from lines of any length, without keeping more of them than 64 KiB', () => {
    const long = 'head -c 30000000 /dev/zero | tr "\\\\0" x';
    const script = `echo epoch 1 starts; ${long}; echo epoch 2 starts; echo epoch 1 took`;
    const { names, out } = measured('long', epochs, script);
    expect(out.length).toBe(30_000_000 + 15 + 15 + 13);
    expect(names).toEqual(['epoch 1']); // the second stands behind 30 MB in its line
  });

  it('end where the pattern would take for ever, and the output goes on', () => {
    const script = `echo first; echo ${'a'.repeat(60)}b; echo next; echo last`;
    const { out, told, code } = measured('catastrophe', '(?<begin>(a+)+)$', script);
    expect({ out, code }).toEqual({ out: `first\n${'a'.repeat(60)}b\nnext\nlast\n`, code: 0 });
    expect(told).toEqual([expect.stringContaining('--mark-output took more than')]);
  });
});

describe('--mark-output refuses', () => {
  it.each([
    ['what is no regular expression', 'a(', /not a regular expression/],
    ["another language's groups", '(?P<begin>x)', /\(\?<name>…\)/],
    ['a group that marks nothing', '(?<foo>x)', /'foo'; expected begin, end, point or count/],
    ['no group', 'x', /name a group/],
    ['a count of nothing', '(?<begin>x)(?<count>y)', /count/],
  ])('%s', (_, pattern, message) => {
    const ran = powerlog(words`exec --mark-output ${pattern} -- echo ran`);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(message);
  });
});

/** A pipe that nobody reads. */
function unread(name: string): number {
  spawnSync('mkfifo', [file(name)]);
  return openSync(file(name), 'r+');
}

/** Asks until it has: what is asked before the command has ended is the command's. */
async function ended(child: ChildProcess): Promise<void> {
  const asking = setInterval(() => child.kill('SIGTERM'), 100);
  await once(child, 'exit');
  clearInterval(asking);
}

describe('the output is handed through', () => {
  const digest = (data: string) => createHash('sha256').update(data, 'latin1').digest('hex');

  it('byte for byte, whatever it is', () => {
    const bytes = randomBytes(20_000_000);
    writeFileSync(file('bytes'), bytes);
    const ran = spawnSync(process.execPath, [bin, ...tapped('cat', file('bytes'))], {
      maxBuffer: 1 << 28,
      encoding: 'latin1',
    });
    expect(digest(ran.stdout)).toBe(digest(bytes.toString('latin1')));
    const output = openSync(file('copy'), 'w');
    spawnSync(process.execPath, [bin, ...tapped('cat', file('bytes'))], {
      stdio: ['ignore', output, 'ignore'],
    });
    closeSync(output);
    expect(readFileSync(file('copy')).equals(bytes)).toBe(true);
  });

  it('at once, whether or not a line is whole', async () => {
    const child = started(tapped('sh', '-c', 'printf "no newline"; read line; echo "got $line"'));
    const [piece] = await once(child.stdout!, 'data');
    expect(String(piece)).toBe('no newline');
    child.stdin!.end('it\n');
    const [rest] = await once(child.stdout!, 'data');
    expect(String(rest)).toBe('got it\n');
    await once(child, 'exit');
  });

  it('until the reader goes away, which the command feels', () => {
    const command = tapped('sh', '-c', 'yes; echo "ended $?" >&2').map((word) => `'${word}'`);
    const ran = spawnSync('sh', ['-c', `'${process.execPath}' '${bin}' ${command.join(' ')} | head -n 1`], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    expect(ran).toMatchObject({ status: 0, stdout: 'y\n', stderr: 'ended 141\n' });
  });

  it.runIf(hasPython)('no faster than it is read', async () => {
    // Writes for as long as somebody takes it, waits, and tries again.
    const program = `
import os, sys, time
os.set_blocking(1, False)
total = waits = 0
while waits < 20 and total < 50e6:
    try:
        total += os.write(1, bytes(65536))
    except BlockingIOError:
        waits += 1
        time.sleep(0.05)
print(total, file=sys.stderr)`;
    const fd = unread('slow');
    const child = spawn(process.execPath, [bin, ...tapped('python3', '-c', program)], {
      stdio: ['ignore', fd, 'pipe'],
      detached: true,
    });
    const [told] = await once(child.stderr!, 'data');
    await ended(child);
    closeSync(fd);
    expect(Number(told)).toBeLessThan(1e6);
  });

  it('for what the command leaves running too, and powerlog does not wait for that', async () => {
    const fifo = file('left');
    spawnSync('mkfifo', [fifo]);
    const left = started(tapped('sh', '-c', `(read line < '${fifo}'; echo "late $line") & echo now`));
    const lines = createInterface({ input: left.stdout! })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('now');
    await once(left, 'exit');
    writeFileSync(fifo, 'after all\n');
    expect((await lines.next()).value).toBe('late after all');
  });

  it('but TERM ends powerlog where nobody takes it', async () => {
    const fd = unread('never');
    const script = 'head -c 100000 /dev/zero; echo written >&2';
    const child = spawn(process.execPath, [bin, ...tapped('sh', '-c', script)], {
      stdio: ['ignore', fd, 'pipe'],
      detached: true,
    });
    await once(child.stderr!, 'data');
    await ended(child);
    closeSync(fd);
  });
});

describe.runIf(hasPython)('a terminal stays one', () => {
  const terminal = (script: string, ...args: string[]) =>
    spawnSync('python3', [script, ...args], { encoding: 'utf8', timeout: 300_000 });
  const command = (name: string, ...words: string[]) => [
    ...[process.execPath, bin, ...onSim, '-q', '--out', file(`${name}.csv`)],
    ...['--mark-output', epochs, '--', ...words],
  ];

  it('to the command, with its colours and its lines', () => {
    const program =
      'import os; print([os.isatty(fd) for fd in range(3)], os.ttyname(1) != os.ttyname(0)); print("\\033[1mepoch 1\\033[0m starts")';
    const { stdout } = terminal(
      'test/cli/in-terminal.py',
      '',
      '',
      ...command('tty', 'python3', '-c', program),
    );
    expect(stdout).toBe('[True, True, True] True\r\n\u001b[1mepoch 1\u001b[0m starts\r\n');
    expect(summaryOf('tty').phases.map(({ name }) => name)).toEqual(['epoch 1']);
  });

  it('with its size, also when that changes', () => {
    const program = `
import os, signal
size = lambda: print(tuple(os.get_terminal_size(1)), flush=True)
old = os.get_terminal_size(1)
signal.signal(signal.SIGWINCH, lambda *_: None)
size()
print("ready", flush=True)
while os.get_terminal_size(1) == old: signal.pause()
size()`;
    const { stdout } = terminal(
      'test/cli/exec/resized-terminal.py',
      'ready',
      ...command('size', 'python3', '-c', program),
    );
    expect(stdout).toBe('(80, 24)\r\nready\r\n(100, 40)\r\n');
  });

  it('where a typed Ctrl-C reaches the command once', () => {
    const program = 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.05; done';
    const { stdout, status } = terminal(
      'test/cli/in-terminal.py',
      'ready',
      '\\x03',
      ...command('int', 'sh', '-c', program),
    );
    expect(stdout).toMatch(/ready\r\n(\^C)?caught\r\n$/);
    expect(status).toBe(9);
  });
});
