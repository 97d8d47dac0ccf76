import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from '#powerlog/exec/figures/summaries.js';
import type { Summary } from '#powerlog/measure/summary.js';
import { energyBetweenJ } from '#powerlog/simulator/profiles.js';
import { placesOfFile } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { powerlog, powerlogUntil, words } from '../run.js';

type ExecSummary = Summary & {
  readonly command: CommandSummary;
  readonly phases: readonly PhaseSummary[];
  readonly runs: readonly RepeatedRuns[];
};

const file = placesOfFile();

function measured(name: string, options: readonly string[], command: readonly string[]) {
  const ran = powerlog(words`exec --out ${file(`${name}.csv`)} ${options} -- ${command}`);
  const summary = JSON.parse(readFileSync(file(`${name}.summary.json`), 'utf8')) as ExecSummary;
  return { ...ran, summary };
}
const quick = (profile = 'sim'): string[] => ['--port', profile, '--baseline', '0'];
const phase = (summary: ExecSummary, name: string) => summary.phases.find((each) => each.name === name)!;

/** Marks phases that nest and repeat, at times of its own, and tells them: one JSON a line. */
const marking = `
  import { appendFileSync } from 'node:fs';
  const mark = (kind, name, count = '') => {
    const ns = process.hrtime.bigint();
    appendFileSync(process.env.POWERLOG_MARKS, [ns, kind, name, count].filter(String).join(' ') + '\\n');
    console.log(JSON.stringify([String(ns), kind, name]));
  };
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  mark('begin', 'all');
  for (let n = 0; n < 3; n++) {
    mark('begin', 'step');
    await wait(430);
    mark('end', 'step', 10);
    await wait(90);
  }
  mark('end', 'all');`;

describe('energies of phases', () => {
  let summary: ExecSummary;
  let marks: readonly (readonly [ns: string, kind: string, name: string])[];
  beforeAll(() => {
    const ran = measured(
      'phases',
      [...quick('sim:square'), '--accuracy', '0%'],
      [process.execPath, '--input-type=module', '-e', marking],
    );
    summary = ran.summary;
    marks = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  });

  /** What the profile says on paper of the times that were marked. */
  const onPaper = (name: string, component: string): number => {
    const ofName = marks.filter((mark) => mark[2] === name).map(([ns]) => Number(ns));
    let sum = 0;
    for (let n = 0; n < ofName.length; n += 2)
      sum += energyBetweenJ('square', component, ofName[n]!, ofName[n + 1]!);
    return sum;
  };

  it.each([
    ['all', 'system'],
    ['all', 'gpu'],
    ['step', 'system'],
    ['step', 'cpu'],
    ['step', 'motherboard'],
  ])(
    '%s, %s: equal the paper value within the stated uncertainty, which is not much too wide',
    (name, component) => {
      const { energy_j, energy_uncertainty_j } = phase(summary, name);
      const uncertainty = energy_uncertainty_j[component]!;
      // It is for 95 of 100 cases; twice as much is for all but a few in a hundred thousand.
      expect(Math.abs(energy_j[component]! - onPaper(name, component))).toBeLessThanOrEqual(
        2 * uncertainty + 1e-6,
      );
      // Each of the profile's steps may lie anywhere within a spacing, and each end within a round trip.
      const stepW = { system: 380, gpu: 300, cpu: 60, motherboard: 20 }[component]!;
      const { interval_s, latency_s, gaps } = summary;
      const needed = stepW * (interval_s.max! + latency_s!.max!) * phase(summary, name).times;
      // In a gap, as a busy machine makes them, the power may have been any that was seen around it.
      const gapsS = gaps.reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
      expect(uncertainty).toBeLessThanOrEqual(2 * needed + stepW * gapsS);
    },
  );

  it('come with how often, how long, how many, and how much for each', () => {
    const step = phase(summary, 'step');
    expect(step).toMatchObject({ times: 3, count: 30 });
    expect(step.spans).toHaveLength(3);
    const duration = step.spans.reduce((sum, { start_s, end_s }) => sum + end_s - start_s, 0);
    expect(step.duration_s).toBeCloseTo(duration, 9);
    expect(step.energy_per_count_j!.gpu).toBeCloseTo(step.energy_j.gpu! / 30, 8);
    expect(step.power_w.system!.mean).toBeCloseTo(step.energy_j.system! / duration, 6);
    expect(phase(summary, 'all')).not.toHaveProperty('count');
    expect(phase(summary, 'all')).not.toHaveProperty('energy_per_count_j');
  });

  it('carry the accuracy of the board', () => {
    const again = measured('accuracy', quick(), [
      'sh',
      '-c',
      'echo begin a >> $POWERLOG_MARKS; sleep 0.2',
    ]).summary;
    const { energy_j, energy_uncertainty_j, uncertainty } = phase(again, 'a');
    expect(uncertainty.accuracy_share).toBe(0.03);
    expect(uncertainty.accuracy_j.system).toBeCloseTo(0.03 * energy_j.system!, 9);
    expect(energy_uncertainty_j.system).toBeGreaterThanOrEqual(uncertainty.accuracy_j.system!);
  });
});

describe('the command as a whole', () => {
  it('costs power times time on a constant load, and nothing above it', () => {
    const { summary, err } = measured(
      'constant',
      ['--port', 'sim:constant', '--baseline', '300ms'],
      ['sleep', '0.3'],
    );
    const { command } = summary;
    expect(command.duration_s).toBeGreaterThan(0.3);
    expect(command.start_s).toBeGreaterThan(0.3);
    expect(command.energy_j.system).toBeCloseTo(400 * command.duration_s, 3);
    expect(command.energy_above_idle_j.system).toBeCloseTo(0, 6);
    expect(command.baseline_power_w).toEqual({ system: 400, cpu: 60, gpu: 300, motherboard: 40 });
    expect(command.power_w.gpu).toMatchObject({ mean: 300, max: 300, p99: 300 });
    expect(err).toMatch(/gpu +\d+(\.\d+)? ± \d/);
    expect(err).toContain('constant.summary.json');
    // Samples lie on both sides, so that nothing is extrapolated.
    const rows = readFileSync(file('constant.csv'), 'utf8').trimEnd().split('\n');
    expect(Number(rows[1]!.split(',')[0])).toBeLessThan(command.start_s);
    expect(Number(rows.at(-1)!.split(',')[0])).toBeGreaterThan(command.end_s);
  });

  it('takes its idle power from an earlier recording', () => {
    powerlogUntil([file('idle.csv')], words`record --port sim --out ${file('idle.csv')} -q`);
    const { summary } = measured(
      'idle-file',
      ['--port', 'sim', '--baseline', file('idle.summary.json')],
      ['true'],
    );
    expect(summary.command.baseline_power_w).toMatchObject({ gpu: 300 });
  });

  it('says what it keeps, and how to keep it', () => {
    const { err } = powerlog(words`exec ${quick()} -- true`);
    expect(err).toContain('--out run.csv keeps');
    expect(powerlog(words`exec ${quick()} -q -- true`).err).toBe('');
  });

  it('can be measured with a capture in place of a board', () => {
    const capture = file('square.plog');
    powerlog(words`record --port sim:square --duration 4s --capture ${capture} -q`);
    const within = measured('replayed', ['--port', capture, '--baseline', '200ms'], ['sleep', '0.4']).summary;
    expect(within.command.coverage).toBeGreaterThan(0);
    expect(within.command.power_w.system!.mean).toBeGreaterThan(119);
    const beyond = measured('replayed-short', ['--port', capture, '--baseline', '0'], ['sleep', '6']);
    expect(beyond.code).toBe(0);
    expect(beyond.summary.warnings.map(({ code }) => code)).toContain('command-uncovered');
    expect(beyond.summary.command.coverage).toBeLessThan(0.9);
  });
});

describe('marks', () => {
  it('that are malformed are reported by their line and cost nothing else', () => {
    const lines = ['begin a', 'nonsense', 'end a 5', 'end never', 'point', 'begin open', '5 point a 1'];
    const { code, summary, err } = measured('malformed', quick(), [
      'sh',
      '-c',
      `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >> $POWERLOG_MARKS; exit 3`,
    ]);
    expect(code).toBe(3);
    const said = summary.warnings.map(({ message }) => message).join('\n');
    expect(said).toMatch(/line 2 .*begin, end or point/);
    expect(said).toMatch(/line 4 .*'never' ends without/);
    expect(said).toMatch(/line 5 .*name is missing/);
    expect(said).toMatch(/line 7 .*CLOCK_MONOTONIC/);
    expect(said).toMatch(/"open" was never ended/);
    expect(phase(summary, 'a')).toMatchObject({ times: 1, count: 6 });
    expect(phase(summary, 'open')).toMatchObject({ times: 1, unended: 1 });
    expect(phase(summary, 'open').spans[0]!.end_s).toBe(summary.command.end_s);
    expect(err).toContain('line 2');
  });

  it('of a shell come through `powerlog mark`', () => {
    const mark = `${process.execPath} bin/powerlog.js mark`;
    const script = `${mark} begin "load data"; ${mark} end "load data" --count 3; ${mark} saved`;
    const { summary } = measured('shell', quick(), ['sh', '-c', script]);
    expect(phase(summary, 'load data')).toMatchObject({ times: 1, count: 3 });
    expect(phase(summary, 'saved')).toMatchObject({ times: 1, duration_s: 0, energy_j: { system: 0 } });
    expect(summary.warnings.filter(({ code }) => code === 'mark')).toEqual([]);
  });

  it('of Python need nothing installed, and lie where they were set', needs(python), () => {
    const program = `
import time, threading, sys
from powerlog_marks import phase, point
now = lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC)
@phase("decorated")
def work():
    time.sleep(0.01)
before = now()
with phase("a phase", count=4):
    inside = now()
    work()
    point("a phase", 2)
    last = now()
after = now()
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]; [thread.join() for thread in threads]
print(before, inside, last, after)`;
    const { summary, out } = measured('python', quick(), ['python3', '-c', program]);
    const originNs = summary.command.start_s;
    const [before, inside, last, after] = out.split(' ').map(BigInt) as [bigint, bigint, bigint, bigint];
    const marked = phase(summary, 'a phase');
    expect(marked).toMatchObject({ times: 1, count: 6 });
    // The marks' distances from the program's own readings: before them and behind them, never the other way round.
    const span = marked.spans[0]!;
    expect(originNs).toBeLessThan(span.start_s);
    const lasted = BigInt(Math.round((span.end_s - span.start_s) * 1e9));
    expect(lasted).toBeLessThanOrEqual(after - before);
    expect(lasted).toBeGreaterThanOrEqual(last - inside);
    expect(phase(summary, 'decorated').times).toBe(5);
  });

  it('leave PYTHONPATH as it was, and do nothing elsewhere', needs(python), () => {
    const path = { PYTHONPATH: '/first:/second' };
    const program = 'import os; print(os.environ["PYTHONPATH"])';
    const { out } = powerlog(words`exec ${quick()} -q -- python3 -c ${program}`, undefined, path);
    expect(out).toMatch(/python:\/first:\/second\n$/);
    const alone =
      'from powerlog_marks import *\nwith phase("x", count=1): begin("y"); end("y", "many"); point("")\nprint("fine")';
    for (const POWERLOG_MARKS of ['', '/nonexistent/marks', '/'])
      expect(
        spawnSync('python3', ['-c', alone], {
          env: {
            ...process.env,
            PYTHONPATH: 'src/exec/python',
            PYTHONDONTWRITEBYTECODE: '1',
            POWERLOG_MARKS,
          },
          encoding: 'utf8',
        }),
      ).toMatchObject({ stdout: 'fine\n', stderr: '' });
  });
});

describe('repeated runs', () => {
  it('are counted, averaged and exported', () => {
    const paths = { json: file('runs.json'), md: file('runs.md'), csv: file('runs-each.csv') };
    const exports = ['--export-json', paths.json, '--export-markdown', paths.md, '--export-csv', paths.csv];
    const { summary, err } = measured(
      'runs',
      [...quick(), '--runs', '3', '--warmup', '1', '--cooldown', '20ms', ...exports],
      ['sh', '-c', 'echo begin a >> $POWERLOG_MARKS; sleep 0.05'],
    );
    const [only] = summary.runs;
    expect(only).toMatchObject({ warmups: 1, argv: ['sh', '-c', expect.any(String)] });
    const energies = only!.runs.map((run) => run.energy_j.system!);
    expect(energies).toHaveLength(3);
    const mean = energies.reduce((sum, each) => sum + each, 0) / 3;
    expect(only!.energy_j.system!.mean).toBeCloseTo(mean, 9);
    expect(only!.energy_j.system!.interval95![0]).toBeLessThan(mean);
    expect(phase(summary, 'a')).toMatchObject({ times: 3, unended: 3 });
    expect(summary.command.start_s).toBe(only!.runs[2]!.start_s);
    expect(err).toMatch(/3 runs after 1 warm-up/);

    const exported = JSON.parse(readFileSync(paths.json, 'utf8')) as { runs: RepeatedRuns[] };
    expect(exported.runs[0]!.energy_j).toEqual(only!.energy_j);
    expect(readFileSync(paths.md, 'utf8').split('\n')[2]).toMatch(/^\| `sh -c .*` \| 3 \| .* ± .* m?s \|/);
    const rows = readFileSync(paths.csv, 'utf8').trimEnd().split('\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^command,run,exit_code,signal,start_s,duration_s,system_energy_j,/);
  });

  it('of two commands are compared in a plain sentence', () => {
    const { code, out, err } = powerlog(words`exec ${quick()} --runs 3 --compare ${'echo a'}
      ${'sleep 2; echo b'}`);
    expect(code).toBe(0);
    expect(out).toBe('a\na\na\nb\nb\nb\n');
    expect(err).toMatch(/'sleep 2; echo b' costs .* J more than 'echo a'.*Welch's test, p/);
  });

  it('end with the first that fails, and with its code', () => {
    const counter = file('counter');
    writeFileSync(counter, '');
    const ran = powerlog(words`exec ${quick()} --runs 5 -- sh
      -c ${`echo x >> ${counter}; [ $(wc -l < ${counter}) -lt 2 ] || exit 9`}`);
    expect(ran.code).toBe(9);
    expect(readFileSync(counter, 'utf8')).toBe('x\nx\n');
    expect(ran.err).toContain('3 runs did not take place');
  });
});

describe('limits', () => {
  const earlier = file('earlier.summary.json');
  writeFileSync(
    earlier,
    JSON.stringify({
      schema: 'powerlog.summary/1',
      power_w: {},
      command: { energy_j: { system: 10 }, baseline_power_w: null },
    }),
  );
  const regression = ['--baseline-run', earlier, '--max-regression'];

  it.each([
    ['within', ['--max-energy', '1kWh'], 0],
    ['beyond', ['--max-energy', '1J'], 7],
    // A busy machine leaves gaps, but none of the whole second.
    ['covered well', ['--min-coverage', '0.1%'], 0],
    ['a regression', [...regression, '5%'], 7],
    ['no such regression', [...regression, '100000%'], 0],
  ])('%s', (_, options, code) => {
    const ran = powerlog(words`exec ${quick()} -q ${options} -- sleep 1`);
    expect(ran.code).toBe(code);
    expect(ran.err === '').toBe(code === 0);
  });

  it('say that the earlier run was measured by another instrument', () => {
    const [mine, other] = [file('mine.csv'), file('other.csv')];
    const on = (seed: number, out: string, ...more: readonly string[]) =>
      powerlog(words`exec --port sim:constant,board=benchlab2,firmware=${seed + 4},seed=${seed}
        --baseline 0 --out ${out} ${more} -- true`);
    on(1, mine);
    const limit = (summary: string) => ['--max-regression', '100000%', '--baseline-run', summary];
    const summaryOf = (csv: string) => csv.replace('.csv', '.summary.json');
    const ran = on(2, other, ...limit(summaryOf(mine)));
    expect(ran.err).toMatch(
      /not measured by the same instrument \(board \w+ then, \w+ now; firmware 5 then, 6 now; calibration \w{12} then, \w{12} now\)/,
    );
    const codes = JSON.parse(readFileSync(summaryOf(other), 'utf8')).warnings.map(
      ({ code }: { code: string }) => code,
    );
    expect(codes).toContain('other-instrument');
    const recorded = file('recorded.csv');
    const board = 'sim:constant,board=benchlab2,firmware=5,seed=1';
    expect(powerlog(words`record --port ${board} -d 100ms -q --out ${recorded}`).code).toBe(0);
    const above = words`exec --port ${board.replace('=5', '=6')} --baseline ${summaryOf(recorded)} -- true`;
    expect(powerlog(above).err).toMatch(
      /idle power of --baseline was not measured by the same instrument \(.*firmware 5 then, 6 now/,
    );
    expect(on(2, file('again.csv'), ...limit(summaryOf(other))).err).not.toContain('same instrument');
  });

  it('do not hide that the command failed', () => {
    expect(powerlog(words`exec ${quick()} --max-energy 1mJ -- false`).code).toBe(1);
  });

  it('that cannot be checked are said, and fail nothing', () => {
    const ran = powerlog(words`exec --port /dev/powerlog-none --max-energy 1J -- true`);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('could not be checked');
  });
});
