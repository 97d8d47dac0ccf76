import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { desktop, sysfs } from '../../sensors/sysfs.js';
import { bin, powerlog, words } from '../run.js';
import { isAlive, readRecorded, recordWith, until } from './recorded.js';

const posix = process.platform !== 'win32';
/** A program that prints a counting number of watts every 20 ms. */
const counting = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done';

describe.runIf(posix)('a program as a sensor', () => {
  it('is recorded as it prints, with what it cost', () => {
    const { code, err, track, cells } = recordWith([`exec:${counting}`], {
      ...{ of: ['exec'], rows: 60 },
    });
    expect(code, err).toBe(0);
    const numbers = cells('exec', 'power_w') as number[];
    expect(numbers.length).toBeGreaterThan(3);
    for (const [n, value] of numbers.slice(1).entries()) expect(value).toBe(numbers[n]! + 1);
    const exec = track('exec');
    expect(exec.sensor).toMatchObject({ kind: 'exec', product: counting });
    expect(exec.freshness.repeated_share).toBe(0);
    expect(exec.freshness.update_s).toBeNull();
    expect(exec.freshness.reason).toContain('nearly each reading is a new one');
    expect(exec.latency_s).toBeNull();
    if (process.platform === 'linux') expect(exec.cpu_s).toBeGreaterThan(0);
  });

  it('costs in a report what its track does, and nothing behind its last reading', () => {
    const { code, err, track, folder, csv, cells } = recordWith([`exec:${counting}`], {
      of: ['exec'],
      rows: 60,
    });
    expect(code, err).toBe(0);
    const { energy_j, power_w } = track('exec');
    const files = ['run.csv', 'run.exec.csv'].map((name) => join(folder, name));
    const report = (...options: readonly string[]) =>
      JSON.parse(powerlog(words`report ${files} --json - ${options}`).out).runs[1];
    const whole = report();
    expect([whole.energy_j, whole.power_w]).toEqual([energy_j, power_w]);
    expect(csv('exec').rows.length).toBe(track('exec').samples);
    const times = cells('exec', 'time_s') as number[];
    expect(whole.to_s).toBe(times.at(-1));
    // Held, a number that counts up is below its trapezoid, by half a step at each reading.
    const from = times[10]!;
    const watts = cells('exec', 'power_w') as number[];
    const heldJ = times.slice(10, -1).reduce((sum, at, n) => sum + watts[10 + n]! * (times[11 + n]! - at), 0);
    expect(report('--from', `${from.toFixed(6)}s`).energy_j.power_w).toBeCloseTo(heldJ, 5);
    const page = powerlog(words`report ${files} --html ${join(folder, 'page.html')}`);
    expect(page.err).toMatch(/with every sample and every reading/);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('"isHeld":true');
    expect(powerlog(words`report ${files}`).out).toMatch(/run\.exec\.csv: readings in \d/);
  });

  it('is waited for longer than Node waits for anything', () => {
    const { code, err, track } = recordWith([`exec:${counting}`], {
      ...{ of: ['exec'], rows: 10, args: ['--with-interval', '10d'] },
    });
    expect(code, err).toBe(0);
    expect(err).not.toMatch(/within|Timeout/);
    expect(track('exec').samples).toBeGreaterThan(5);
  });

  it('that ends is started again: an empty cell between, a warning, never a zero', () => {
    const { code, cells, warned, track } = recordWith(
      ['exec:for i in 1 2 3; do echo $i; sleep 0.05; done; echo broken >&2; exit 7'],
      { of: ['exec'], rows: 8 },
    );
    expect(code).toBe(0);
    const numbers = cells('exec', 'power_w');
    expect(numbers).toContain(null);
    expect(numbers.filter((each) => each === 1).length).toBeGreaterThan(1);
    expect(numbers).not.toContain(0);
    expect(warned('sensor-lost')).toEqual([
      expect.stringMatching(/^exec: it ended with exit code 7: broken; it was started again/),
    ]);
    expect(track('exec').gaps.map(({ cause }: { cause: string }) => cause)).toContain('away');
  });

  it('that hangs is silent: an empty cell where that is noticed', () => {
    const { code, cells, warned, track } = recordWith(['exec:echo 5; echo 6; sleep 1000'], { forS: 5 });
    expect(code).toBe(0);
    expect(cells('exec', 'power_w').at(-1)).toBeNull();
    expect(warned('sensor-silent')).toHaveLength(1);
    expect(track('exec').coverage).toBeLessThan(0.5);
    expect(track('exec').energy_j.power_w).toBeNull();
  });

  it('is asked to end, and has the time for it', () => {
    const folder = scratch();
    const meter = `exec:trap 'sleep 0.05; touch ${join(folder, 'put-away')}; exit' TERM; while :; do echo 1; sleep 0.02; done`;
    expect(recordWith([meter], { of: ['exec'], rows: 3 }).code).toBe(0);
    expect(existsSync(join(folder, 'put-away'))).toBe(true);
  });

  it('that prints junk between its numbers is read for the numbers', () => {
    const junk = String.raw`exec:printf 'starting\033[2J\n'; while :; do echo 4.5; echo 'error: bus'; echo 1e300; echo -; sleep 0.05; done`;
    const { cells, warned } = recordWith([junk], { of: ['exec'], rows: 5 });
    const numbers = new Set(cells('exec', 'power_w'));
    expect(numbers).toEqual(new Set([4.5, null]));
    expect(warned('sensor-unreadable')).toEqual([expect.stringContaining("'starting\\u{1b}[2J'")]);
  });

  it.each([
    ['N/A alone', 'echo N/A', "'N/A'"],
    ['that beside its time', 'echo "time=$(date +%s) power=N/A"', "'time="],
    ['that beside what is no power', `echo '{"temp_c": 50, "power_w": null}'`, `'{"temp_c": 50`],
  ])('that prints %s is said to have no value, at once and in the summary', (_, says, quoted) => {
    const { code, err, warned, cells } = recordWith([`exec:while :; do ${says}; sleep 0.05; done`], {
      ...{ forS: 3, args: ['--quiet'] },
    });
    expect(code).toBe(0);
    const text = `exec: it printed that it has no value: ${quoted}`;
    expect(warned('sensor-silent')).toEqual([
      expect.stringMatching(/ \(\d+ times, between \d+\.\d+ and \d+\.\d+ s\)$/),
    ]);
    expect(warned('sensor-silent')[0]).toContain(text);
    expect(err.split('\n').filter((line) => line.startsWith(`powerlog: ${text}`))).toHaveLength(1);
    const powers = cells('exec', 'power_w');
    expect(powers.length).toBeGreaterThan(0);
    expect(powers.every((watts) => watts === null)).toBe(true);
  });

  it('that prints one of its values only has none of the others held against it', () => {
    const { warned } = recordWith(
      ['exec:while :; do echo "cpu=5W gpu=N/A"; echo "temp=3"; sleep 0.05; done'],
      { of: ['exec'], rows: 8 },
    );
    expect(warned('sensor-silent')).toEqual([]);
  });

  it('that prints without end is held back, and nobody is kept busy', () => {
    const { code, summary, warned, track } = recordWith(['exec:yes 12.5'], {
      ...{ of: ['exec'], rows: 20 },
    });
    expect(code).toBe(0);
    expect(warned('sensor-overrun')).toEqual([expect.stringContaining('more lines than anybody reads')]);
    expect(summary.samples).toBeGreaterThan(0);
    expect(track('exec').cpu_s).toBeLessThan(1);
  });

  it.each([
    ['exec:no-such-program-here', 'sensor-missing', /not found/],
    ['exec:echo hello; exit 3', 'sensor-lost', /exit code 3 and printed no reading, but 'hello'/],
  ])('%s is a warning, and the board is recorded', (what, code, text) => {
    const ran = recordWith([what]);
    expect(ran.code).toBe(0);
    expect(ran.summary.samples).toBeGreaterThan(0);
    expect(ran.warned(code)).toEqual([expect.stringMatching(text)]);
    expect(ran.err).toMatch(text);
  });

  it('several have files of their own', () => {
    const { summary, cells } = recordWith(
      ['exec:while :; do echo 1; sleep 0.05; done', 'exec:while :; do echo 2; sleep 0.05; done'],
      { of: ['exec', 'exec-2'], rows: 3 },
    );
    expect(summary.tracks.map(({ file }: { file: string }) => file)).toEqual([
      'run.exec.csv',
      'run.exec-2.csv',
    ]);
    expect(new Set(cells('exec-2', 'power_w'))).toEqual(new Set([2]));
  });
});

describe.runIf(process.platform === 'linux')('powerlog that is killed', () => {
  it.each([
    ['', null],
    [' where its process hangs', 'SIGSTOP'],
  ] as const)('leaves no process behind%s, and files of whole rows', async (_, signal) => {
    const folder = scratch();
    const pidFile = join(folder, 'pids');
    // A child of the shell's, too; neither minds a hang-up.
    const stubborn = `exec:trap '' HUP TERM INT; echo $$ >> ${pidFile}; (trap '' HUP TERM INT; sh -c 'echo $PPID >> ${pidFile}'; while :; do echo 7; sleep 0.02; done)`;
    const args = words`record --port sim --out ${join(folder, 'run.csv')} --with rapl --with ${stubborn}`;
    const child = spawn(process.execPath, [bin, ...args], {
      stdio: 'ignore',
      env: { ...process.env, POWERLOG_SYS: sysfs(desktop()) },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const rows = (id: string) => {
      const path = join(folder, `run.${id}.csv`);
      return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0;
    };
    await until(() => rows('exec') > 20 && rows('rapl') > 3);
    const helpers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    const programs = readFileSync(pidFile, 'utf8').trim().split('\n').map(Number);
    expect(programs).toHaveLength(2);
    for (const pid of [...helpers, ...programs]) expect(isAlive(pid)).toBe(true);
    if (signal) process.kill(helpers[0]!, signal);
    child.kill('SIGKILL');
    await once(child, 'close');
    await until(() => ![...helpers, ...programs].some(isAlive));
    for (const id of ['exec', 'rapl'])
      expect(readFileSync(join(folder, `run.${id}.csv`), 'utf8')).toMatch(/\n$/);
    const { names, rows: whole } = readRecorded(folder).csv('exec');
    expect(whole.every((row) => row.length === names.length)).toBe(true);
  });

  it.each([
    ['is killed', 'SIGKILL', 'sensor-lost', /its process was ended by SIGKILL, and was started again/],
    ['hangs', 'SIGSTOP', 'sensor-silent', /its process did not answer for 5 s and was started again/],
  ] as const)(
    'goes on where the process that reads sensors %s, and has it back',
    async (_, signal, code, text) => {
      const folder = scratch();
      const args = words`record --port sim --out ${join(folder, 'run.csv')} --with rapl --with ${`exec:${counting}`}`;
      const child = spawn(process.execPath, [bin, ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, POWERLOG_SYS: sysfs(desktop()) },
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const lines = (name = 'run.rapl.csv') => {
        const path = join(folder, name);
        return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
      };
      await until(() => lines().length > 3);
      const host = Number(
        readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0],
      );
      process.kill(host, signal);
      const isEmpty = (line: string) => /^[^,]+,[^,]+,,/.test(line);
      await until(() => lines().some(isEmpty) && !isEmpty(lines().at(-1)!));
      await until(() => lines('run.csv').length > 1 && lines('run.exec.csv').length > 1);
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([0, null]);
      const { summary, warned, track } = readRecorded(folder);
      expect(warned(code).join()).toMatch(text);
      expect(summary.samples).toBeGreaterThan(0);
      // What the counters counted meanwhile is not known.
      expect(track('exec').samples).toBeGreaterThan(0);
    },
  );
});

describe.runIf(posix)('exec with sensors', () => {
  it('begins behind their first readings, without which its joules would not be known', () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    const slow = 'exec:while :; do echo 20; sleep 0.4; done';
    const args = words`exec --port sim --baseline 0s --out ${out} --with ${slow} -- true`;
    expect(powerlog(args).code).toBe(0);
    const { summary, csv } = readRecorded(folder);
    const firstS = Number(csv('exec').rows[0]?.[0] ?? Number.POSITIVE_INFINITY);
    // It is waited for a second, in which a machine that is busy beyond measure may not print.
    expect(summary.command.start_s).toBeGreaterThan(Math.min(firstS, 1));
  });

  it('has their joules for the command and its phases, and the command knows nothing of it', () => {
    const folder = scratch();
    const script = join(folder, 'work.sh');
    writeFileSync(
      script,
      'echo "begin train" >> "$POWERLOG_MARKS"; sleep 1; echo "end train" >> "$POWERLOG_MARKS"; echo "begin blink" >> "$POWERLOG_MARKS"; echo "end blink" >> "$POWERLOG_MARKS"; exit 3\n',
    );
    const args = words`exec --port sim --baseline 500ms --out ${join(folder, 'run.csv')} --with ${'exec:while :; do echo 20; sleep 0.02; done'} -- sh ${script}`;
    const ran = powerlog(args);
    expect(ran.code).toBe(3);
    const { summary } = readRecorded(folder);
    const [train, blink] = summary.phases;
    for (const { sensor_energy_j, duration_s } of [train, summary.command]) {
      const joules = sensor_energy_j.exec.power_w;
      if (joules !== null) expect(joules).toBeCloseTo(20 * duration_s, 4);
      // Only on a machine so busy that the program did not get to print.
      else expect(summary.tracks[0].interval_s.max).toBeGreaterThan(0.1 * duration_s);
    }
    expect(blink.sensor_energy_j.exec.power_w).toBeNull();
    expect(summary.tracks).toHaveLength(1);
    expect(ran.err).toMatch(/beside it exec: .*; power_w (?:.* J|–)$/m);
  });

  it('runs the command whatever becomes of them', () => {
    const ran = powerlog(
      words`exec --port sim --baseline 0 --with rapl --with ${'exec:exit 1'} -- sh -c ${'exit 5'}`,
      undefined,
      {
        POWERLOG_SYS: '/nowhere',
      },
    );
    expect(ran.code).toBe(5);
    expect(ran.err).toContain('rapl: there is no RAPL here');
  });

  it('--strict runs nothing without one of them', () => {
    const ran = powerlog(words`exec --strict --port sim --baseline 0 --with rapl -- echo ran`, undefined, {
      POWERLOG_SYS: '/nowhere',
    });
    expect(ran).toMatchObject({ code: 3, out: '', err: expect.stringContaining('there is no RAPL here') });
  });
});
