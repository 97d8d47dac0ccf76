import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import { placesOfFile } from '../../capture/samples.js';
import { bin, powerlog, words } from '../run.js';

type ExecSummary = Summary & {
  readonly command: CommandSummary;
  readonly runs: readonly RepeatedRuns[];
  readonly phases: readonly PhaseSummary[];
};

const file = placesOfFile();

const onSim = words`exec --port sim --baseline 0`;
const read = (name: string) => readFileSync(file(name), 'utf8');
const summaryOf = (name: string) => JSON.parse(read(`${name}.summary.json`)) as ExecSummary;

function measured(name: string, options: readonly string[], command: readonly string[]) {
  const ran = powerlog([...onSim, '--out', file(`${name}.csv`), ...options, '--', ...command]);
  return { ...ran, summary: summaryOf(name) };
}

/** A shell's line whose nth run does what `cases` say: `case` patterns over the number. */
function numbered(name: string, cases: string): string[] {
  writeFileSync(file(name), '');
  return ['sh', '-c', `echo x >> '${file(name)}'; n=$(grep -c x '${file(name)}'); case $n in ${cases} esac`];
}
const timesRun = (name: string): number => read(name).length / 2;
const statuses = ({ runs }: RepeatedRuns) =>
  runs.map((run) => [run.warmup ? 'warm-up' : 'run', run.number, run.status, run.exit_code]);

describe('runs that fail', () => {
  it('are listed and left out of the figures, and --ignore-failure goes on', () => {
    const exports = ['--export-csv', file('each.csv'), '--export-markdown', file('each.md')];
    const { code, err, summary } = measured(
      'flaky',
      ['--runs', '4', '--ignore-failure', ...exports, '--export-json', file('each.json')],
      numbered('flaky', '2) sleep 1; exit 3;; 3) kill -KILL $$;; *) sleep 0.1;;'),
    );
    expect(code).toBe(0);
    expect(timesRun('flaky')).toBe(4);
    const [only] = summary.runs;
    expect(statuses(only!)).toEqual([
      ['run', 1, 'ok', 0],
      ['run', 2, 'failed', 3],
      ['run', 3, 'failed', null],
      ['run', 4, 'ok', 0],
    ]);
    expect(only!.counted).toBe(2);
    const mean = (figure: (run: RepeatedRuns['runs'][number]) => number) =>
      (figure(only!.runs[0]!) + figure(only!.runs[3]!)) / 2;
    expect(only!.duration_s!.mean).toBeCloseTo(
      mean((run) => run.duration_s),
      9,
    );
    expect(only!.energy_j.gpu!.mean).toBeCloseTo(
      mean((run) => run.energy_j.gpu!),
      9,
    );
    expect(only!.power_w.cpu!.mean).toBeCloseTo(
      mean((run) => run.power_w.cpu!.mean!),
      9,
    );
    expect(err).toMatch(/2 of 4 runs/);
    expect(err).toMatch(/run 2 +failed, exit code 3/);
    expect(err).toMatch(/run 3 +failed, killed by SIGKILL/);
    const warned = summary.warnings.filter((warning) => warning.code === 'run-failed');
    expect(warned.map(({ message }) => message.slice(0, 5))).toEqual(['run 2', 'run 3']);

    expect(JSON.parse(read('each.json')).runs[0].runs[1]).toMatchObject({ status: 'failed', exit_code: 3 });
    const [head, ...rows] = read('each.csv')
      .trimEnd()
      .split('\n')
      .filter((row) => !row.startsWith(' '));
    const at = head!.split(',').indexOf('status') - head!.split(',').length;
    expect(rows.map((row) => row.split(',').at(at))).toEqual(['ok', 'failed', 'failed', 'ok']);
    expect(read('each.md')).toMatch(/^\| `sh -c .*` \| 2 \| /m);
    expect(read('each.md')).toMatch(/^- run 3 of .*: failed, killed by SIGKILL$/m);
  });

  it('end the runs without it, in no figure either', () => {
    const { code, err, summary } = measured(
      'ended',
      ['--runs', '5'],
      numbered('ended', '3) exit 9;; *) sleep 0.1;;'),
    );
    expect(code).toBe(9);
    expect(timesRun('ended')).toBe(3);
    expect(statuses(summary.runs[0]!)[2]).toEqual(['run', 3, 'failed', 9]);
    expect(summary.runs[0]).toMatchObject({ counted: 2 });
    const [first, second] = summary.runs[0]!.runs;
    expect(summary.runs[0]!.energy_j.system!.mean).toBeCloseTo(
      (first!.energy_j.system! + second!.energy_j.system!) / 2,
      9,
    );
    expect(err).toContain('a run failed; the other 2 runs did not take place');
  });

  it('leave nothing where all of them did, and are no reference for a limit', () => {
    const options = ['--runs', '2', '-i', '--max-energy', '1mJ'];
    const { code, err, summary } = measured('none', options, ['sh', '-c', 'exit 4']);
    expect(code).toBe(0);
    expect(summary.runs[0]).toMatchObject({ counted: 0, duration_s: null, energy_j: { system: null } });
    expect(err).toContain('could not be checked');
    const limit = ['--max-regression', '5%', '--baseline-run', file('none.summary.json')];
    expect(powerlog([...onSim, ...limit, '--', 'true']).code).toBe(6);
  });

  it('in the warm-up are told as that', () => {
    const { code, err, summary } = measured('warm', ['--runs', '3', '--warmup', '2'], ['sh', '-c', 'exit 5']);
    expect(code).toBe(5);
    expect(statuses(summary.runs[0]!)).toEqual([['warm-up', 1, 'failed', 5]]);
    expect(summary.runs[0]!.energy_j.system).toBeNull();
    expect(summary.warnings.map((warning) => warning.code)).toContain('warmup-failed');
    expect(err).toContain('a warm-up failed; the other 4 runs did not take place');
    expect(err).toMatch(/warm-up 1 +failed, exit code 5/);

    const ignored = measured(
      'warm-ignored',
      ['--runs', '2', '--warmup', '1', '-i'],
      numbered('warm-ignored', '1) exit 5;;'),
    );
    expect(ignored.code).toBe(0);
    expect(statuses(ignored.summary.runs[0]!)).toEqual([
      ['warm-up', 1, 'failed', 5],
      ['run', 1, 'ok', 0],
      ['run', 2, 'ok', 0],
    ]);
    expect(ignored.summary.runs[0]).toMatchObject({ counted: 2, warmups: 1 });
  });

  it('are in no test of one command against another', () => {
    const { summary, err } = measured(
      'compared',
      ['-i', '--runs', '3', '--compare'],
      ['sleep 0.1', numbered('compared', '2) sleep 1; exit 1;; *) sleep 0.1;;').at(-1)!],
    );
    const { comparison } = summary as unknown as { comparison: { duration_s: { difference: number } } };
    expect(summary.runs.map(({ counted }) => counted)).toEqual([3, 2]);
    const [first, second] = summary.runs;
    expect(comparison.duration_s.difference).toBeCloseTo(
      second!.duration_s!.mean - first!.duration_s!.mean,
      9,
    );
    const [one, , three] = second!.runs.map((run) => run.duration_s);
    expect(second!.duration_s!.mean).toBeCloseTo((one! + three!) / 2, 9);
    expect(err).toMatch(/run 2 of command 2 failed/);
  });

  it('that cannot be run are not tried again', () => {
    const ran = powerlog([...onSim, '-i', '--runs', '3', '--', 'powerlog-test-no-such-command']);
    expect(ran.code).toBe(127);
    expect(ran.err.match(/was not found/g)!.length).toBeLessThanOrEqual(2);
  });

  it('since somebody interrupted them are told as that, whatever they ended with', async () => {
    const program = `trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done`;
    const options = ['--out', file('interrupted.csv'), '--runs', '3', '-i'];
    const child = spawn(process.execPath, [bin, ...onSim, ...options, '--', 'sh', '-c', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const exited = once(child, 'exit');
    await createInterface({ input: child.stdout }).once('line', () => child.kill('SIGTERM'));
    await exited;
    const { runs, warnings } = summaryOf('interrupted');
    expect(statuses(runs[0]!)).toEqual([['run', 1, 'interrupted', 0]]);
    expect(runs[0]!.energy_j.system).toBeNull();
    expect(warnings.map((warning) => warning.code)).toContain('run-interrupted');
  });
});

describe('--prepare and --conclude', () => {
  const log = (name: string, word: string) => `echo ${word} >> '${file(name)}'`;

  it('run before and after each run and warm-up, and what they take is in none', () => {
    const { out, summary } = measured(
      'hooks',
      [
        ...['--runs', '2', '--warmup', '1'],
        ...['--prepare', `${log('hooks', 'prepare')}; echo noise; sleep 0.3`],
        ...['--conclude', log('hooks', 'conclude')],
      ],
      ['sh', '-c', `${log('hooks', 'run')}; echo out`],
    );
    expect(out).toBe('out\n'.repeat(3));
    expect(read('hooks')).toBe('prepare\nrun\nconclude\n'.repeat(3));
    const [first, second] = summary.runs[0]!.runs;
    expect(second!.start_s - first!.end_s).toBeGreaterThan(0.3);
  });

  it('are one for all commands, or each its own', () => {
    const options = ['--runs', '1', '--prepare', log('own', 'a'), '--prepare', log('own', 'b')];
    const both = ['--conclude', log('own', 'both')];
    powerlog([...onSim, ...options, ...both, '--compare', log('own', '1'), log('own', '2')]);
    expect(read('own')).toBe('a\n1\nboth\nb\n2\nboth\n');
    const three = [...options, '--prepare', 'true', '--compare', 'true', 'true'];
    const ran = powerlog([...onSim, ...three]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/--prepare is given 3 times for 2 commands/);
  });

  it('end everything where they fail, whatever is ignored', () => {
    const prepare = ['--runs', '2', '-i', '--prepare', 'exit 7'];
    const ran = powerlog([...onSim, ...prepare, '--', 'echo', 'ran']);
    expect(ran).toMatchObject({ code: 7, out: '' });
    expect(ran.err).toMatch(/--prepare 'exit 7' failed \(exit code 7\)/);
    const after = powerlog([...onSim, '--runs', '2', '--conclude', 'kill -TERM $$', '--', 'echo', 'ran']);
    expect(after).toMatchObject({ code: 143, out: 'ran\n' });
    expect(after.err).toMatch(/--conclude .* failed \(killed by SIGTERM\)/);
  });

  it('end everything where somebody asks for an end meanwhile', () => {
    const program = `trap '' TERM; echo ready >&2; kill -TERM $PPID; sleep 0.2`;
    const ran = powerlog([...onSim, '--prepare', program, '--', 'echo', 'ran']);
    expect(ran).toMatchObject({ code: 143, out: '' });
    expect(ran.err).toMatch(/SIGTERM came while --prepare .* ran/);
  });

  it('clean up behind a run that failed', () => {
    const ran = powerlog([...onSim, '--conclude', log('cleaned', 'cleaned'), '--', 'sh', '-c', 'exit 3']);
    expect(ran.code).toBe(3);
    expect(read('cleaned')).toBe('cleaned\n');
  });
});

describe('names', () => {
  const long = (end: string) => `: ${'x'.repeat(200)} ${end}`;
  const middle = (word: string) => `: ${'x'.repeat(100)}${word}${'y'.repeat(100)}`;

  it.each([
    ['that differ at their ends', [long('one'), long('two')]],
    ['that differ in their middle', [middle('one'), middle('two')]],
    ['that are the same', ['true', 'true']],
    ['that differ in white space', [': a  b', ': a b']],
  ])('%s are not alike in tables and sentences, and whole in exports', (_, [first, second]) => {
    const exports = ['--export-csv', file('n.csv'), '--export-markdown', file('n.md')];
    const options = ['--runs', '2', '-f', ...exports, '--compare'];
    const { err } = powerlog([...onSim, ...options, first!, second!]);
    const titles = [...err.matchAll(/^(.*): 2 runs$/gm)].map(([, title]) => title);
    expect(new Set(titles).size).toBe(2);
    for (const title of titles) expect(title!.length).toBeLessThan(80);
    const sentence = err.split('\n').find((line) => line.includes("Welch's test"))!;
    for (const title of titles) expect(sentence).toContain(`'${title}'`);
    for (const line of [first, second]) {
      expect(read('n.csv')).toContain(`\n${line},1,`);
      expect(read('n.md')).toContain(`| \`${line}\` | 2 |`);
    }
  });

  it('of a command in an export are whole, whatever is in them', () => {
    const line = 'printf "%s\\n" `echo a` | cat; : "é"';
    powerlog([...onSim, '--export-markdown', file('ticks.md'), '--', 'sh', '-c', line]);
    expect(read('ticks.md')).toContain(`| \`\` sh -c ${line.replace('|', '\\|')} \`\` | 1 |`);
  });
});

/** What is random in a folder's name may look like a negative zero. */
const withoutPaths = (text: string): string => text.replaceAll(/kept in .*/g, '');

describe('figures', () => {
  it('above idle carry their ±, and none is a negative zero', () => {
    const { err, summary } = measured('idle', ['--baseline', '300ms'], ['sleep', '0.2']);
    expect(err).toMatch(/^ +system .* ± .* ± \d/m);
    expect(withoutPaths(err)).not.toMatch(/-0(\.0*)?(?![\d.])/);
    const { energy_above_idle_uncertainty_j: above, energy_uncertainty_j: own } = summary.command;
    // That of the energy and that of the idle power, which are alike here: the load is constant.
    expect(above.system! / own.system!).toBeCloseTo(Math.SQRT2, 2);
  });

  it('that round to zero have no sign', () => {
    const powers = { system: 400.0001, cpu: 60.0001, gpu: 300.0001, motherboard: 40.0001 };
    const power_w = Object.fromEntries(Object.entries(powers).map(([name, mean]) => [name, { mean }]));
    writeFileSync(file('idle.json'), JSON.stringify({ schema: 'powerlog.summary/1', power_w }));
    const { err, summary } = measured('zero', ['--baseline', file('idle.json')], ['sleep', '0.2']);
    expect(summary.command.energy_above_idle_j.system).toBeLessThan(0);
    // With as many decimals as the ± has, which grows with what the sleep really took.
    expect(err).toMatch(/^ +system .* 0(?:\.0+)? ± \d/m);
    expect(withoutPaths(err)).not.toMatch(/-0(\.0*)?(?![\d.])/);
  });
});

describe('runs that were measured in part', () => {
  /** What measures with a board that the command can take away, for good: `$BOARD` is its process. */
  async function leaving(name: string) {
    const link = file(name);
    const board = spawn(process.execPath, [bin, 'simulate', '--profile', 'constant', '--link', link], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => {
      board.kill('SIGKILL');
    });
    await once(board.stdout, 'data');
    const exec = words`exec --port ${link} --reconnect off --baseline 0`;
    return (options: readonly string[], script: string) =>
      powerlog([...exec, ...options, '--', 'sh', '-c', script.replaceAll('$BOARD', String(board.pid))]);
  }
  const away = 'sleep 0.5; kill $BOARD; sleep 1';
  /** The board leaves in the second run, so that the third has nothing of it. */
  const line = (name: string) => {
    const [, , script] = numbered(name, `1) sleep 0.2;; 2) ${away};; *) true;;`);
    return `echo begin work >> $POWERLOG_MARKS; ${script}; echo end work >> $POWERLOG_MARKS`;
  };

  it('are listed and left out of the figures, and it is said of each', async () => {
    const exec = await leaving('board-part');
    const exports = ['--export-csv', file('part-each.csv'), '--export-markdown', file('part.md')];
    const kept = ['--out', file('part.csv'), '--capture', file('part.plog'), ...exports];
    const { code, err } = exec(['--runs', '3', '--min-coverage', '5%', ...kept], line('part'));
    expect([code, err]).toEqual([7, expect.stringMatching(/0\.0 % of the command's time was measured/)]);
    const { runs, phases, warnings, command } = summaryOf('part');
    const [first, second, third] = runs[0]!.runs;
    expect(runs[0]).toMatchObject({ counted: 1, energy_j: { system: { mean: first!.energy_j.system } } });
    expect(runs[0]!.runs.map((run) => run.partly_measured)).toEqual([undefined, true, true]);
    expect(second!.coverage).toBeLessThan(0.9);
    expect([third!.coverage, third!.energy_j.system]).toEqual([0, null]);
    expect(command.partly_measured).toBe(true);
    expect(phases).toMatchObject([{ name: 'work', times: 1 }]);
    expect(phases[0]!.spans[0]!.end_s).toBeLessThanOrEqual(first!.end_s);
    const told = warnings.filter((warning) => warning.code === 'command-uncovered');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^run 2: the recording covers .* it is in no mean, interval or test$/),
      expect.stringMatching(/^run 3: the recording covers 0\.000 s of its .* it is in no mean/),
    ]);
    expect(err).toMatch(/1 of 3 runs/);
    expect(err).toMatch(/run 2 +\d+\.\d % measured/);
    expect(read('part.md')).toMatch(/^- run 2 of .*: \d+\.\d % measured$/m);
    const lines = read('part-each.csv').trimEnd().split('\n');
    const coverages = lines.map((row) => row.split(',').at(-1));
    expect(coverages).toEqual(['coverage', ...runs[0]!.runs.map((run) => String(run.coverage))]);

    expect(powerlog(words`replay ${file('part.plog')} --out ${file('part-again.csv')} -q`).code).toBe(0);
    const again = summaryOf('part-again');
    expect([again.runs, again.phases]).toEqual([runs, phases]);
    const compared = powerlog(words`compare ${file('part.csv')} ${file('part.summary.json')} --json -`);
    expect(JSON.parse(compared.out).comparisons).toMatchObject([{ runs_a: 1, runs_b: 1 }]);
  });

  it('leave a limit open, which is said', async () => {
    const exec = await leaving('board-open');
    const [out, before] = [file('open.csv'), file('open.summary.json')];
    const steps = `echo begin steps >> $POWERLOG_MARKS; ${away}; echo end steps 4 >> $POWERLOG_MARKS`;
    const { code, err } = exec(['-q', '--max-energy', '1kJ', '--out', out], steps);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^powerlog: --max-energy could not be judged: only \d+\.\d % of the command's/m),
    ]);
    // How many of the steps were in what was recorded, nobody knows.
    expect(summaryOf('open').phases[0]).toMatchObject({ count: 4, energy_per_count_j: { system: null } });
    const regression = ['--baseline-run', before, '--max-regression', '5%'];
    expect(powerlog([...onSim, ...regression, '--', 'true'])).toMatchObject({
      code: 6,
      err: expect.stringMatching(/measured to its end/),
    });
    measured('whole', ['-q'], ['sleep', '0.2']);
    expect(
      powerlog(words`compare ${file('whole.summary.json')} ${before} --max-regression 5%`),
    ).toMatchObject({
      code: 0,
      err: expect.stringMatching(/open\.summary\.json: the limits could not be checked/),
    });
  });

  it('fail a limit where what was recorded is more already, none of them whole', async () => {
    const one = await leaving('board-beyond');
    const beyond = /what was measured of the command cost .* more than the limit of 1\.000 J/;
    expect(one(['-q', '--max-energy', '1J'], away)).toMatchObject({
      code: 7,
      err: expect.stringMatching(beyond),
    });
    const several = await leaving('board-several');
    const { code, err } = several(['-q', '--runs', '2', '--max-energy', '1J'], `${away}; true`);
    expect([code, err]).toEqual([7, expect.stringMatching(beyond)]);
  });
});
