import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';

import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePreamble } from '#powerlog/capture/encoder.js';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import type { CaptureHeader } from '#powerlog/schema/capture-header.js';
import { placesOfFile, readAll } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin, powerlog, powerlogUntil, type Ran, words } from '../run.js';

type ExecSummary = Summary & {
  readonly command: CommandSummary;
  readonly phases: readonly PhaseSummary[];
  readonly runs?: readonly RepeatedRuns[];
  readonly comparison?: unknown;
};

const file = placesOfFile();
const read = (name: string): string => readFileSync(file(name), 'utf8');
const summaryOf = (name: string) => JSON.parse(read(`${name}.summary.json`)) as ExecSummary;
const codesOf = ({ warnings }: Summary) => warnings.map(({ code }) => code);
const typesOf = async (name: string) => (await readAll(file(name))).events.map(({ type }) => type);

/** What a report says, without where it is kept and what was said beside it. */
const reportIn = ({ err }: Ran): string => err.replace(/^(?:powerlog: .*| {2}kept in .*)\n/gm, '');

const onSim = words`exec --port sim:train`;
const captured = (name: string) => ['--out', file(`${name}.csv`), '--capture', file(`${name}.plog`)];

/** A shell that marks with each line, or sleeps. */
const marking = (...lines: readonly string[]): string[] => [
  'sh',
  '-c',
  lines
    .map((line) => (line.startsWith('sleep') ? line : `printf '%s\\n' '${line}' >> "$POWERLOG_MARKS"`))
    .join('; '),
];
const training = marking(
  ...['begin epoch', 'begin "load data"', 'sleep 0.1', 'end "load data"'],
  ...['begin step', 'sleep 0.1', 'end step 32', 'begin step', 'sleep 0.05', 'end step 16'],
  ...['point saved', 'end epoch', 'begin "never ended"'],
);
/** The nth run does what `case` patterns over the number say. */
const numbered = (name: string, cases: string): string[] => [
  'sh',
  '-c',
  `echo x >> '${file(name)}'; n=$(grep -c x '${file(name)}'); case $n in ${cases} esac`,
];
const spanning = (name: string): string[] => {
  const quoted = JSON.stringify(name);
  return [`begin ${quoted}`, 'sleep 0.02', `end ${quoted} 2.5`];
};

/** The same capture, begun so much later. */
function later(bytes: Buffer, seconds: number): Buffer {
  const jsonBytes = bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.subarray(16, 16 + jsonBytes).toString()) as CaptureHeader;
  const start = { ...header.start, unix_us: header.start.unix_us! + seconds * 1e6 };
  return Buffer.concat([encodePreamble({ ...header, start }), bytes.subarray(16 + jsonBytes + 4)]);
}

/** Waits until a file holds something. */
async function holding(name: string, text: string): Promise<void> {
  for await (const { filename } of watch(file('.')))
    if (filename === name && read(name).includes(text)) return;
}

describe('a capture of exec replays to the figures that exec told', () => {
  beforeAll(() => {
    const idle = words`record --port sim:idle --out ${file('idle.csv')} -q`;
    expect(powerlogUntil([file('idle.csv')], idle).code).toBe(0);
  });

  it.each<[what: string, options: string[], command: string[]]>([
    ['phases that nest, repeat, count and do not end', ['--baseline', '0.2s'], training],
    [
      'names that could move a cursor, and of four kilobytes',
      ['--baseline', '0'],
      marking(...spanning('\u001b[2J\u0007 "quoted" \\ é\u{1f600}'), ...spanning('ä'.repeat(2048))),
    ],
    [
      'lines that are no marks, times of another clock, ends without a beginning',
      ['--baseline', '0'],
      marking(
        'begin',
        'begin a b c',
        '1 begin early',
        'end unbegun',
        'point a 1e6',
        '',
        '9999999999999999 end a',
      ),
    ],
    [
      'runs that fail among those that do not',
      ['--baseline', '0.2s', '--runs', '4', '--warmup', '1', '-i'],
      numbered('flaky', '3) echo begin bad >> "$POWERLOG_MARKS"; exit 3;; 4) kill -KILL $$;; *) sleep 0.1;;'),
    ],
    ['runs that one ended', ['--baseline', '0', '--runs', '5'], numbered('ended', '3) exit 9;; *) ;;')],
    ['a warm-up that fails', ['--baseline', '0', '--runs', '2', '--warmup', '2'], ['sh', '-c', 'exit 5']],
    [
      'two commands',
      ['--baseline', '0.2s', '--runs', '3', '--compare'],
      ['echo begin a >> $POWERLOG_MARKS; sleep 0.1; echo end a 3 >> $POWERLOG_MARKS; :', 'sleep 0.05;  :'],
    ],
    [
      'marks from the output and the file',
      [
        '--baseline',
        '0',
        '--mark-output',
        '(?<begin>epoch \\d) starts|(?<end>epoch \\d) took|saw (?<count>.*) (?<point>rows)',
      ],
      [
        'sh',
        '-c',
        `for n in 1 2; do echo epoch $n starts; echo point x $n >> "$POWERLOG_MARKS"; sleep 0.05; echo saw 1e6 rows; echo epoch $n took; done`,
      ],
    ],
    ['an idle power that a file says', ['--baseline', file('idle.summary.json')], ['sleep', '0.1']],
    ['a map and an accuracy', ['--baseline', '0.2s', '--slot', 'pcie3', '--accuracy', '1%'], training],
    ['a command that cannot be found', ['--baseline', '0', '--runs', '2'], ['/nowhere/to/be/found']],
    [
      'more arguments than a block holds',
      ['--baseline', '0'],
      ['true', ...Array(14).fill('\u0001'.repeat(99_999))],
    ],
  ])('with %s', (what, options, command) => {
    const name = what.replace(/\W+/g, '-');
    const ran = powerlog([...onSim, ...options, ...captured(name), '--', ...command]);
    const replayed = powerlog(words`replay ${file(`${name}.plog`)} --out ${file(`${name}-again.csv`)}`);
    expect(replayed.code).toBe(0);
    expect(read(`${name}-again.csv`)).toBe(read(`${name}.csv`));
    const was = summaryOf(name);
    expect(summaryOf(`${name}-again`)).toEqual(was);
    // Nothing of it went missing from both.
    expect(was.command.argv.at(-1)).toBe(command.at(-1));
    if (was.command.pid !== null) expect(reportIn(replayed)).toBe(reportIn(ran));
    expect(replayed.err).not.toContain('\u001b');
  });

  it('where no board was there', () => {
    const options = ['--port', file('nothing'), '--baseline', '0'];
    powerlog(words`exec ${options} ${captured('unmeasured')} -- ${training}`);
    expect(
      powerlog(words`replay ${file('unmeasured.plog')} --out ${file('unmeasured-again.csv')}`).code,
    ).toBe(0);
    const [was, is] = [summaryOf('unmeasured'), summaryOf('unmeasured-again')];
    expect(was.phases.map(({ name }) => name)).toEqual([
      'epoch',
      'load data',
      'step',
      'saved',
      'never ended',
    ]);
    expect(is.command).toEqual(was.command);
    expect(is.phases).toEqual(was.phases);
  });

  it('of several boards, each capture to what the command cost at its own', () => {
    const ports = ['--port', 'sim:train', '--port', 'sim:idle', '--baseline', '0', '-q'];
    expect(powerlog(words`exec ${ports} ${captured('two')} -- ${training}`).code).toBe(0);
    const { command, phases } = summaryOf('two');
    const parts = ['two', 'two.powerlog-simulator-2'].map((name) => {
      expect(powerlog(words`replay ${file(`${name}.plog`)} --out ${file(`${name}-part.csv`)} -q`).code).toBe(
        0,
      );
      expect(read(`${name}-part.csv`)).toBe(read(`${name}.csv`));
      return summaryOf(`${name}-part`);
    });
    const sum = (energy: (part: ExecSummary) => number | null | undefined) =>
      parts.reduce((all, part) => all + energy(part)!, 0);
    expect(sum((part) => part.command.energy_j.gpu)).toBeCloseTo(command.energy_j.gpu!, 6);
    expect(phases).toHaveLength(5);
    phases.forEach(({ energy_j, spans }, n) => {
      expect(sum((part) => part.phases[n]!.energy_j.system)).toBeCloseTo(energy_j.system!, 6);
      for (const part of parts) expect(part.phases[n]!.spans).toEqual(spans);
    });
  });

  it('and its exit code is not that of the command', () => {
    expect(
      powerlog([...onSim, '--baseline', '0', ...captured('failed'), '--', 'sh', '-c', 'exit 7']).code,
    ).toBe(7);
    const { code, err } = powerlog(['replay', file('failed.plog')]);
    expect({ code, told: err.includes('sh -c exit 7: ') && err.includes('exit code 7') }).toEqual({
      code: 0,
      told: true,
    });
    expect(err).not.toContain('kept');
  });
});

describe('what was captured of a command', () => {
  let bytes: Buffer;
  let was: ExecSummary;
  beforeAll(() => {
    const ran = powerlog([...onSim, '--baseline', '0.2s', '-q', ...captured('run'), '--', ...training]);
    expect(ran.code).toBe(0);
    bytes = readFileSync(file('run.plog'));
    was = summaryOf('run');
  });

  it('stands in front of the samples, and is told compressed and through a pipe too', async () => {
    expect((await typesOf('run.plog')).slice(0, 2)).toEqual(['experiment', 'command']);
    writeFileSync(file('packed.plog.gz'), gzipSync(bytes));
    expect(powerlog(words`replay ${file('packed.plog.gz')} --out ${file('packed.csv')} -q`).code).toBe(0);
    expect(summaryOf('packed')).toEqual(was);
    expect(powerlog(words`replay - --out ${file('piped.csv')} -q`, bytes).code).toBe(0);
    expect(summaryOf('piped')).toEqual(was);
  });

  it('is what docs/capture-format.md says: its Python reader reads it', needs(python), async () => {
    const page = readFileSync('docs/capture-format.md', 'utf8');
    writeFileSync(file('reader.py'), /^```python\n([\s\S]*?)^```$/m.exec(page)![1]!);
    const printed = execFileSync('python3', [file('reader.py'), file('run.plog')], { encoding: 'utf8' });
    const types = printed.split('\n').filter((line) => /^[a-z-]+$/.test(line));
    expect(types).toEqual(await typesOf('run.plog'));
    // Each of them stands on the page, in a row of its own.
    for (const type of new Set(types)) expect(page).toMatch(new RegExp(`^\\| \`${type}\` *\\|`, 'm'));
    expect(types).toEqual(
      expect.arrayContaining(['experiment', 'command', 'baseline', 'run-begin', 'marks', 'run-end']),
    );
  });

  it('is told of the last of those that were joined, at its place in the whole', () => {
    writeFileSync(file('both.plog'), Buffer.concat([bytes, later(bytes, 60)]));
    const { code, err } = powerlog(words`replay ${file('both.plog')} --out ${file('both.csv')}`);
    const both = summaryOf('both');
    expect(code).toBe(0);
    expect(codesOf(both)).toEqual(expect.arrayContaining(['capture-joined', 'command-left']));
    expect(err).toContain('command, phases and runs are those of the last');
    expect(both.command.start_s).toBeCloseTo(was.command.start_s + 60, 9);
    expect(both.phases.map(({ spans }) => spans[0]!.start_s - both.command.start_s)).toEqual(
      was.phases.map(({ spans }) => expect.closeTo(spans[0]!.start_s - was.command.start_s, 8)),
    );
    expect(both.command.energy_j.system).toBeCloseTo(was.command.energy_j.system!, 6);
  });

  it('is kept by repair, and a summary that is missing made with it', () => {
    writeFileSync(file('whole.plog'), bytes);
    expect(powerlog(['repair', file('whole.plog')]).code).toBe(0);
    expect(readFileSync(file('whole.plog')).equals(bytes)).toBe(true);
    const { command, phases } = summaryOf('whole');
    expect({ command, phases }).toEqual({ command: was.command, phases: was.phases });
  });

  it('is no part of a recording that is made of it', async () => {
    const [record, exec] = [
      words`record --port ${file('run.plog')} --duration 300ms -q ${captured('recorded')}`,
      words`exec --port ${file('run.plog')} --baseline 0 -q ${captured('other')} -- sleep 0.1`,
    ];
    expect([powerlog(record).code, powerlog(exec).code]).toEqual([0, 0]);
    expect(new Set(await typesOf('recorded.plog'))).toEqual(new Set(['end']));
    expect(summaryOf('recorded').command).toBeUndefined();
    expect(codesOf(summaryOf('recorded'))).toContain('command-left');
    const other = summaryOf('other');
    expect(other.command.argv).toEqual(['sleep', '0.1']);
    expect(other.phases).toEqual([]);
    expect(codesOf(other)).toContain('command-left');
    powerlog(words`replay ${file('other.plog')} --out ${file('other-again.csv')} -q`);
    expect(summaryOf('other-again').command).toEqual(other.command);
  });
});

describe('a capture whose exec was killed', () => {
  let whole: ExecSummary;
  beforeAll(async () => {
    const program = `${training.at(-1)}; echo begin train >> "$POWERLOG_MARKS"; exec sleep 600`;
    const options = ['--baseline', '0', '--runs', '2', ...captured('killed')];
    const marked = holding('killed.plog', '"train"');
    const exec = spawn(process.execPath, [bin, ...onSim, ...options, '--', 'sh', '-c', program], {
      stdio: 'ignore',
    });
    const ended = once(exec, 'exit');
    await marked;
    exec.kill('SIGKILL');
    await ended;
    const { events } = await readAll(file('killed.plog'));
    const begin = events.find((event) => event.type === 'run-begin')!;
    process.kill(begin.pid!, 'SIGKILL');
    expect(powerlog(words`replay ${file('killed.plog')} --out ${file('killed-again.csv')} -q`).code).toBe(0);
    whole = summaryOf('killed-again');
  });

  it('tells the command up to its last sample, and that its end is not known', () => {
    expect(whole.command).toMatchObject({ status: 'unended', exit_code: null, signal: null, number: 1 });
    expect(whole.runs![0]).toMatchObject({ counted: 0, energy_j: { system: null } });
    const { err } = powerlog(['replay', file('killed.plog')]);
    expect(err).toMatch(/run 1 was cut off with the recording; it is in no mean/);
    expect(err).toMatch(/^ {2}run 1 +cut off with the recording/m);
    expect(codesOf(whole)).toEqual(expect.arrayContaining(['capture-cut', 'run-unended']));
    const lastS = Number(read('killed-again.csv').trimEnd().split('\n').at(-1)!.split(',')[0]);
    expect(whole.command.end_s).toBeGreaterThanOrEqual(lastS);
    expect(whole.command.energy_j.system).toBeGreaterThan(0);
  });

  it('keeps its marks', () => {
    expect(whole.phases.map(({ name, unended }) => [name, unended])).toEqual([
      ['epoch', undefined],
      ['load data', undefined],
      ['step', undefined],
      ['saved', undefined],
      ['never ended', 1],
      ['train', 1],
    ]);
    expect(whole.phases[2]).toMatchObject({ times: 2, count: 48 });
  });

  it('is repaired to the same', () => {
    expect(powerlog(['repair', file('killed.plog')]).code).toBe(0);
    const { command, phases, runs } = summaryOf('killed');
    expect({ command, phases, runs }).toEqual({
      command: whole.command,
      phases: whole.phases,
      runs: whole.runs,
    });
    expect(powerlog(words`replay ${file('killed.plog')} --out ${file('repaired.csv')} -q`).code).toBe(0);
    expect(summaryOf('repaired').command).toEqual(whole.command);
    expect(codesOf(summaryOf('repaired'))).toContain('run-unended');
  });
});
