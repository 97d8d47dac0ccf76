import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { Rig } from '../../comparison/audit/rig.js';
import { bin, powerlog, words } from '../run.js';

const posix = process.platform !== 'win32';

/** A recording of a board and of a GPU's sensor beside it, as files. */
function recorded(): { readonly board: string; readonly sensor: string } {
  const folder = scratch();
  const rig = new Rig(60_000);
  const [board, sensor] = [join(folder, 'run.csv'), join(folder, 'run.nvml.csv')];
  const { timeUs, powerMw } = rig.board();
  const s = (us: number) => (us / 1e6).toFixed(6);
  const boardRows = [...timeUs].map((us, n) => `${s(us)},${(powerMw[n]! / 1000).toFixed(3)}`);
  writeFileSync(board, ['time_s,gpu_power_w', ...boardRows, ''].join('\n'));
  const power = rig.sensor({ windowMs: 25, gain: 0.95 });
  const counter = rig.counter({ gain: 0.95 });
  const sensorRows = [...power.timeUs].map(
    (us, n) => `${s(us)},${power.value[n]!.toFixed(3)},${counter.value[n]!.toFixed(3)}`,
  );
  writeFileSync(sensor, ['time_s,gpu0_power_w,gpu0_energy_j', ...sensorRows, ''].join('\n'));
  return { board, sensor };
}

/** A program that notes what it was asked for, and goes on until it is ended. */
function loadProgram(body = 'while :; do sleep 0.01; done') {
  const folder = scratch();
  const [path, log] = [join(folder, 'load.sh'), join(folder, 'load.log')];
  writeFileSync(path, `#!/bin/sh\necho "$1 $2 $$" >> ${log}\n${body}\n`);
  chmodSync(path, 0o755);
  const asked = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { path, asked };
}

const counting = 'exec:i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done';

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('powerlog audit of a recording', () => {
  it('prints the sheet of the sensor', () => {
    const { board, sensor } = recorded();
    const { code, out, err } = powerlog(words`audit ${board} ${sensor}`);
    expect(code, err).toBe(0);
    expect(out).toContain(`gpu0_power_w of ${sensor}, held against gpu_power_w of ${board}`);
    expect(out).toMatch(/^ {2}update period +100\.3\d* ms/m);
    expect(out).toMatch(/^ {2}share of the time it looks at +2[45]\.\d+ %/m);
    expect(out).toMatch(/^ {2}gain +0\.9[45]/m);
    expect(out).toMatch(/^over the range$/m);
    expect(out).toMatch(/^energy counter gpu0_energy_j$/m);
    expect(out).toMatch(/^ {2}energy of the board +\S+ k?J +counter −5\.\d+ %$/m);
    expect(out).toMatch(/^ {3}10 ms /m);
  });

  it('writes it as JSON', () => {
    const { board, sensor } = recorded();
    const file = join(scratch(), 'sheet.json');
    const { code, err } = powerlog(words`audit ${board} ${sensor} --json ${file}`);
    expect(code, err).toBe(0);
    const sheet = JSON.parse(readFileSync(file, 'utf8'));
    expect(sheet).toMatchObject({
      schema: 'powerlog.audit/1',
      reference: { file: board, column: 'gpu_power_w' },
      sensor: { file: sensor, column: 'gpu0_power_w' },
      verdict: 'related',
      update_s_reason: null,
      counter: { column: 'gpu0_energy_j' },
    });
    expect(sheet.update_s).toBeCloseTo(0.1003, 4);
    expect(sheet.duty).toBeCloseTo(0.249, 2);
    expect(sheet.gain).toBeCloseTo(0.95, 2);
    expect(sheet.counter.counter_to_reference_pct).toBeCloseTo(-5, 0);
    expect(sheet.phases).toHaveLength(10);
    expect(powerlog(words`audit ${board} ${sensor} --json ${file}`).code).toBe(5);
    const shown = powerlog(words`audit ${board} ${sensor} --json -`);
    expect(JSON.parse(shown.out)).toEqual(sheet);
  });

  it('says of a sensor alone what it tells by itself', () => {
    const { sensor } = recorded();
    const { code, out } = powerlog(words`audit ${sensor}`);
    expect(code).toBe(0);
    expect(out).toMatch(/, by itself: /);
    expect(out).toMatch(/^ {2}update period +100\.3/m);
    expect(out).toMatch(
      /^ {2}not known: averaging window, .*gain, offset \(there is no board to hold it against\)$/m,
    );
    expect(out).toMatch(/^ {2}integral of the sensor's power +\S+ kJ +counter [+−]/m);
    const sheet = JSON.parse(powerlog(words`audit ${sensor} --json -`).out);
    expect(sheet).toMatchObject({
      ...{ reference: null, verdict: null, gain: null, duty: null },
      gain_reason: 'there is no board to hold it against',
    });
    expect(sheet.repeated_share).toBeGreaterThan(0.8);
    expect(sheet.phases[0]).toMatchObject({ raw: null, corrected: null, counter: null });
  });

  it('refuses what it cannot do', () => {
    const { board, sensor } = recorded();
    const refused = (args: readonly string[]) => {
      const { code, err } = powerlog(args);
      return `${code} ${err.split('\n')[0]}`;
    };
    expect(refused(['audit'])).toMatch(/^2 .*nothing to audit: name a sensor, such as --with rapl/);
    expect(refused(words`audit ${board} ${sensor} --duration 3s`)).toMatch(
      /^2 .*--duration is about an audit with a load, and .* was recorded already/,
    );
    for (const option of [
      '--port sim',
      '--port auto',
      '--rate 100',
      '--slot pcie3',
      '--accuracy 1%',
      '--link tty',
    ])
      expect(refused(words`audit ${board} ${sensor} ${option.split(' ')}`)).toMatch(
        new RegExp(`^2 .*${option.split(' ')[0]} is about an audit with a load, and .* was recorded already`),
      );
    expect(refused(words`audit ${sensor} --column-a gpu`)).toMatch(/^2 .*--column-a is of a board/);
    expect(refused(words`audit ${board} /nowhere/x.csv`)).toMatch(/^6 /);
    expect(refused(words`audit ${board} ${sensor} --column-b gpu9_power_w`)).toMatch(/^2 .*gpu9_power_w/);
    for (const kind of ['nvml', 'nvml-samples', 'nvidia-smi', 'amd'])
      expect(refused(words`audit --with ${kind} --port none`)).toMatch(/^2 .*--load \.\/burn/);
    expect(refused(words`audit --with rapl,hwmon --port none`)).toMatch(/^2 .*an audit is of one sensor/);
    expect(refused(words`audit --with auto --port none`)).toMatch(/^2 .*an audit is of one sensor/);
    expect(refused(words`audit --with ${counting} --port none --out x.csv`)).toMatch(
      /^2 .*--port none is none/,
    );
  });
});

describe.runIf(posix)('powerlog audit with a load', () => {
  it('plays waves beside the board, and keeps nothing it was not asked to keep', () => {
    const { path, asked } = loadProgram();
    const here = scratch();
    const { code, out, err } = powerlog(
      words`audit --port sim:square --with ${counting} --load ${path} --duration 3s --json ${join(here, 'a.json')}`,
    );
    expect(code, err).toBe(0);
    expect(out).toContain('power_w of exec, held against ');
    expect(asked().length).toBeGreaterThan(1);
    for (const each of asked()) expect(each).toMatch(/^\d+ \d+ \d+$/);
    for (const each of asked()) expect(isAlive(Number(each.split(' ')[2]))).toBe(false);
    expect(readdirSync(here)).toEqual(['a.json']);
    const sheet = JSON.parse(readFileSync(join(here, 'a.json'), 'utf8'));
    expect(sheet.sensor).toMatchObject({ file: 'exec', column: 'power_w' });
    expect(sheet.readings).toBeGreaterThan(10);
  });

  it('keeps the recording where it shall, which gives the same sheet again', () => {
    const { path } = loadProgram();
    const out = join(scratch(), 'run.csv');
    const args = words`audit --port sim:square --with ${counting} --load ${path} --duration 3s --out ${out} --json -`;
    const { code, err, out: text } = powerlog(args);
    expect(code, err).toBe(0);
    const sensor = out.replace(/csv$/, 'exec.csv');
    const again = powerlog(words`audit ${out} ${sensor} --json -`);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(text));
  });

  it('has a load of its own, and needs no board', () => {
    const { code, out, err } = powerlog(words`audit --port none --with ${counting} --duration 2s`);
    expect(code, err).toBe(0);
    expect(out).toMatch(/^power_w of exec, by itself: \d+ readings? in /m);
  });

  it('says where the load ends by itself, in its own words', () => {
    const { path } = loadProgram('echo "no CUDA device" >&2; exit 3');
    const { code, err } = powerlog(words`audit --port none --with ${counting} --load ${path} --duration 2s`);
    expect(code).toBe(2);
    expect(err).toMatch(/--load .*load\.sh \d+ \d+ ended by itself \(exit code 3: no CUDA device\)/);
  });

  it('says where the sensor is not there', () => {
    const { code, err } = powerlog(words`audit --port none --with rapl --duration 2s`, undefined, {
      POWERLOG_SYS: '/nowhere',
    });
    expect(code).toBe(3);
    expect(err).toMatch(/rapl: there is no RAPL here/);
  });

  it('ends well when somebody ends it, and its load with it; also where it is killed', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const { path, asked } = loadProgram();
      const args = words`audit --port none --with ${counting} --load ${path} --duration 10m`;
      const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      while (asked().length === 0) await sleep(20);
      const pid = Number(asked()[0]!.split(' ')[2]);
      expect(isAlive(pid)).toBe(true);
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      expect(code).toBe(signal === 'SIGINT' ? 0 : null);
      while (isAlive(pid)) await sleep(20);
    }
  });
});
