import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPseudoTerminals, type PseudoTerminal } from '#powerlog/simulator/port/pseudo-terminal.js';
import { type Simulator, startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../capture/samples.js';
import { bin, powerlog, words } from './run.js';

/** What a user meets when something is wrong: one line, the documented code, and what to do about it. */

let terminal: PseudoTerminal | undefined;
let simulator: Simulator | undefined;

afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  await simulator?.stop();
  simulator = undefined;
});

const recordTo = (out: string, ...more: string[]) => words`record -d 100ms --out ${out} ${more}`;

function expectError(args: readonly string[], code: number, text: RegExp): void {
  const ran = powerlog(args);
  expect(ran.err).toMatch(text);
  expect(ran.code).toBe(code);
  expect(ran.err.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(ran.err).not.toMatch(/^\s+at /m);
  expect(ran.out).toBe('');
}

describe('a port that is not a board', () => {
  it('is missing: says what is there', () => {
    const out = join(scratch(), 'run.csv');
    expectError(
      recordTo(out, '--port', '/dev/ttyACM77'),
      3,
      /\/dev\/ttyACM77 does not exist; (there are|no serial port)/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it('is no serial port', () => {
    expectError(recordTo('-', '--port', '/dev/null'), 3, /\/dev\/null is not a serial port. Expected/);
    expectError(recordTo('-', '--port', scratch()), 3, /is a directory; expected a serial port/);
  });

  it('is silent', async () => {
    terminal = (await loadPseudoTerminals())();
    expectError(recordTo('-', '--port', terminal.path), 3, /is silent: nothing answered WELCOME/);
  });

  it('is something else that answers', async () => {
    terminal = (await loadPseudoTerminals())();
    const { masterFd, path } = terminal;
    const { closeSync, openSync, read, writeSync } = await import('node:fs');
    const heldFd = openSync(path, 'r+'); // a master without any client can't be read
    const child = spawn(process.execPath, [bin, ...recordTo('-', '--port', path)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const request = Buffer.alloc(64);
    const answer = (): void =>
      read(masterFd, request, 0, 64, null, (error, count) => {
        if (error || child.exitCode !== null) return;
        if (count > 0) writeSync(masterFd, 'ERROR\r\n');
        answer();
      });
    answer();
    const [code] = await once(child, 'close');
    terminal.wake();
    closeSync(heldFd);
    expect(complaint).toMatch(
      /is no board that powerlog knows: WELCOME was answered with "ERROR\\r\\n", expected "BENCHLAB…" \(9 or 32 bytes\) or "ElmorLabs PMD2…" \(15 bytes\)/,
    );
    expect(code).toBe(3);
  });

  it('is busy: says who has it', async () => {
    simulator = await startSimulator({ latencyMs: 1 });
    const first = spawn(process.execPath, [bin, 'record', '--port', simulator.path, '--out', '-'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(first.stdout, 'data');
    expectError(
      recordTo('-', '--port', simulator.path),
      3,
      new RegExp(`is busy: it is open in .*\\(pid ${first.pid}\\)`),
    );
    first.kill('SIGINT');
    await once(first, 'exit');
  });

  it.runIf(process.getuid?.() === 0)('is forbidden: says the line to run', async () => {
    simulator = await startSimulator({ latencyMs: 1 });
    chmodSync(simulator.path, 0o600);
    const nobody = spawn(process.execPath, [bin, ...recordTo('-', '--port', simulator.path)], {
      stdio: ['ignore', 'ignore', 'pipe'],
      uid: 65534,
      gid: 65534,
    });
    let complaint = '';
    nobody.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const [code] = await once(nobody, 'close');
    expect(complaint).toMatch(/may not be opened by you: run `sudo usermod -aG dialout \$USER`/);
    expect(code).toBe(3);
  });

  it('is not found by auto: lists what there is', () => {
    expectError(recordTo('-'), 3, /no board (found|answers):/);
  });
});

describe('a wrong command line', () => {
  it.each([
    [words`record --out - --nonsense`, /unknown option '--nonsense'/],
    [words`record --port sim --out - --duration 10`, /'10' is not a duration: a number and a unit/],
    [words`record --port sim --out - --rate -3`, /'-3' is not a rate/],
    [words`record --out - --rate 100001`, /above 0 and up to 100000/],
    [words`record --out - --rate 0`, /above 0 and up to 100000/],
    [words`replay x.bin --rate 1e9`, /above 0 and up to 100000/],
    [words`record --out - --duration 10001d`, /from 0s to 10000d/],
    [words`record --out - --reconnect ${'9'.repeat(400)}s`, /from 0s to 10000d/],
    [words`record --out - --accuracy 1000001%`, /from 0% to 1000000%/],
    [words`record --out - --min-coverage 1e9%`, /from 0% to 1000000%/],
    [words`exec --max-regression 1000001% -- true`, /from 0% to 1000000%/],
    [words`exec --max-energy 1000001kWh -- true`, /from 0J to 1000000kWh/],
    [words`exec --baseline 10001d -- true`, /from 0s to 10000d/],
    [words`exec --cooldown 10001d -- true`, /from 0s to 10000d/],
    [words`exec --runs 0 -- true`, /from 1 to 999999/],
    [words`exec --warmup 1000000 -- true`, /from 0 to 999999/],
    [words`simulate --seed 4294967296`, /from 0 to 4294967295/],
    [words`simulate --latency 10001d`, /from 0s to 10000d/],
    [words`simulate --fault drop:2`, /from 0 to 1/],
    [words`simulate --fault unplug:0s`, /above 0 and up to 10000d/],
    [words`record --port sim --out - --columns some`, /the BENCHLAB has no column 'some'; the nearest are/],
    [words`record --port sim --out - --accuracy 3`, /'3' is not a percentage/],
    [
      words`record --port sim --out - --slot eps1`,
      /'eps1' is not one of those that the BENCHLAB has, pcie1, pcie2, pcie3/,
    ],
    [
      words`record --port sim:constant,board=wireview --out - --slot pcie3`,
      /a PCIe rail, and the WireView Pro II has none: leave 'pcie3' out/,
    ],
    [words`record --port sim --out - --slot-feed psu`, /--slot-feed needs --slot/],
    [words`record --port sim:loud --out -`, /no simulator profile 'loud'; there are constant, square/],
    [words`record --port sim`, /nothing to record to: give --out/],
    [['sing'], /unknown command 'sing'/],
  ] as const)('%j', (args, text) => {
    const ran = powerlog(args);
    expect(ran.err).toMatch(text);
    expect(ran.code).toBe(2);
  });
});

describe('an output that cannot be', () => {
  it('exists: it is left as it was', () => {
    const out = join(scratch(), 'run.csv');
    writeFileSync(out, 'precious');
    expectError(recordTo(out, '--port', 'sim'), 5, /run\.csv exists; .*--force/);
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect(powerlog(recordTo(out, '--port', 'sim', '--force')).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^time_s,/);
  });

  it('is kept when there is no board to overwrite it with', () => {
    const out = join(scratch(), 'run.csv');
    writeFileSync(out, 'precious');
    expect(powerlog(recordTo(out, '--port', '/dev/ttyACM77', '--force')).code).toBe(3);
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });

  it('has no directory, or is one', () => {
    const folder = scratch();
    expectError(recordTo(join(folder, 'no/run.csv'), '--port', 'sim'), 5, /no\/run\.csv/);
    mkdirSync(join(folder, 'dir.csv'));
    expectError(recordTo(join(folder, 'dir.csv'), '--port', 'sim'), 5, /dir\.csv/);
  });

  it.runIf(existsSync('/dev/full'))('has no space', () => {
    expectError(recordTo('/dev/full', '--port', 'sim', '--quiet'), 5, /no space left/);
  });
});

describe('a broken input', () => {
  it('is no capture', () => {
    const file = join(scratch(), 'run.plog');
    writeFileSync(file, 'time_s,unix_time_s\n');
    expectError(recordTo('-', '--port', file), 6, /run\.plog/);
    expectError(['replay', file], 6, /run\.plog/);
  });

  it('is a map with a key twice, or with the one that JSON makes vanish', () => {
    const file = join(scratch(), 'map.json');
    const args = recordTo('-', '--port', 'sim', '--map', file);
    writeFileSync(file, '{"components": {"gpu": ["pcie1"],\n"cpu": ["eps1"],\n"gpu": ["pcie2"]}}');
    expectError(args, 6, /map\.json: line 3: the key 'gpu' stands there twice, first on line 1$/m);
    writeFileSync(file, '{"components": {"gpu": ["pcie1"], "__proto__": ["eps1"]}}');
    expectError(args, 6, /map\.json: line 1: '__proto__' cannot be a key$/m);
  });

  it('is not a map that Windows saved: it begins with a byte order mark', () => {
    const folder = scratch();
    const file = join(folder, 'map.json');
    writeFileSync(file, '\ufeff{"components": {"constructor": ["eps1"]}}');
    const out = join(folder, 'run.csv');
    expect(powerlog(recordTo(out, '--port', 'sim', '--map', file)).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^time_s,unix_time_s,system_power_w,constructor_power_w,/);
  });

  it('is a map that names a rail twice, or one that is not there', () => {
    const file = join(scratch(), 'map.json');
    writeFileSync(file, JSON.stringify({ components: { cpu: ['eps1'], gpu: ['eps1'] } }));
    expectError(recordTo('-', '--port', 'sim', '--map', file), 6, /map\.json.*eps1.*once/);
    writeFileSync(file, JSON.stringify({ components: { cpu: ['eps9'] } }));
    expectError(
      recordTo('-', '--port', 'sim', '--map', file),
      6,
      /map\.json: components\.cpu: the BENCHLAB has no rail 'eps9'; it has eps1, eps2/,
    );
  });
});

it('shows a stack trace only when asked', () => {
  const args = words`record --port /dev/ttyACM77 --out -`;
  expect(powerlog(args, undefined, { POWERLOG_DEBUG: '1' }).err).toMatch(/^ {4}at /m);
});

describe('text from elsewhere', () => {
  it('moves no cursor: a path in an error, and a name in a capture', () => {
    const missing = powerlog(['replay', 'no\u001b[2Jsuch\u202e.plog']);
    expect(missing.code).toBe(6);
    expect(missing.err).toContain('such\\u{202e}.plog: cannot be read');
    for (const hidden of ['\u001b', '\u202e']) expect(missing.err).not.toContain(hidden);
    const folder = scratch();
    const path = join(folder, 'a\u001b[31m.plog');
    writeFileSync(path, Buffer.concat([readFileSync('fixtures/synthetic.plog'), Buffer.from('behind')]));
    const { err } = powerlog(words`replay ${path} --out ${join(folder, 'b\u001b[2J.csv')}`);
    expect(err).toContain('\\u{1b}');
    expect(err).not.toContain('\u001b');
  });
});

describe('an empty name', () => {
  it.each([
    ['record', '--out', words`record --port sim -d 100ms`],
    ['record', '--port', words`record -d 100ms --out - --port sim`],
    ['exec', '--capture', words`exec --port sim`],
    ['replay', '--map', words`replay fixtures/synthetic.plog`],
    ['info', '--port', words`info`],
    ['grafana', '--out', words`grafana`],
  ])('is no file or port: %s %s', (_, option, args) => {
    expectError([...args, option, ''], 2, new RegExp(`${option} .*is invalid. It is empty`));
  });
});

it('a report of a simulator is no part of its standard output', () => {
  expectError(words`simulate --report -`, 2, /--report is a file/);
  expect(existsSync('-')).toBe(false);
});
