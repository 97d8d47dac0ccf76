import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { compiler, needs } from '../../parts.js';
import { a100, h100, useStandIn } from '../../sensors/nvml/stand-in.js';
import { bin, powerlog, powerlogUntil, words } from '../run.js';
import { isAlive, readRecorded, until } from './recorded.js';

/** Starts a recording that goes on until it is ended. */
function start(
  env: NodeJS.ProcessEnv,
  how = 'nvml',
): { readonly folder: string; readonly child: ChildProcess } {
  const folder = scratch();
  const args = words`record --port sim --with ${how} --with-interval 20ms --out ${join(folder, 'run.csv')}`;
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { folder, child };
}

/** Cells of a column as far as they are on disk. */
function cellsSoFar(folder: string, name: string, id = 'nvml'): (number | null)[] {
  const path = join(folder, `run.${id}.csv`);
  if (!existsSync(path)) return [];
  const [header = '', ...lines] = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const at = header.split(',').indexOf(name);
  return lines.map((line) => line.split(',')[at]!).map((cell) => (cell === '' ? null : Number(cell)));
}

const powersSoFar = (folder: string) => cellsSoFar(folder, 'gpu0_power_w');

/** Waits until so many more powers are on disk than there are now. */
async function morePowers(folder: string, count: number, id = 'nvml'): Promise<void> {
  const known = () => cellsSoFar(folder, 'gpu0_power_w', id).filter((each) => each !== null).length;
  const before = known();
  await until(() => known() >= before + count);
}

async function end(child: ChildProcess): Promise<number | null> {
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The process that reads the sensors of a powerlog. */
function sensorProcess(parent: number): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        const isOurs = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
        return isOurs && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('sensor-worker');
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error('no process reads sensors');
  return Number(found);
}

describe('NVML beside a board', needs(compiler), () => {
  const { environment, readings } = useStandIn();

  const record = (env: NodeJS.ProcessEnv, names = ['run.csv', 'run.nvml.csv']) => {
    const folder = scratch();
    const args = words`record --port sim --with nvml --out ${join(folder, 'run.csv')}`;
    const files = names.map((name) => join(folder, name));
    return { ...powerlogUntil(files, args, { env }), ...readRecorded(folder) };
  };

  it('is a track of its own that says which card it is of', () => {
    const { env } = environment([h100], readings);
    const { code, err, track, csv, cells, summary } = record(env);
    expect(code, err).toBe(0);
    expect(csv('nvml').names).toEqual([
      'time_s',
      'unix_time_s',
      'gpu0_power_w',
      'gpu0_power_unix_time_s',
      'gpu0_plain_power_w',
      'gpu0_average_power_w',
      'gpu0_energy_j',
      'gpu0_counter_power_w',
      'gpu0_memory_average_power_w',
    ]);
    const powers = cells('nvml', 'gpu0_power_w') as number[];
    const real = readings.slice(2, 2 + powers.length).map(({ instantMw }) => instantMw / 1000);
    expect(powers).toEqual(real);
    expect(cells('nvml', 'gpu0_energy_j')[0]).toBe(0);
    const nvml = track('nvml');
    expect(nvml.uuids).toEqual([h100.uuid]);
    expect(nvml.sensor).toMatchObject({ product: 'NVIDIA NVML', driver: '580.159.04' });
    expect(nvml.sensor.meaning).toContain('gpu0_power_w is instant power (field 186)');
    expect(nvml.power_w.gpu0_power_w.mean).toBeGreaterThan(0);
    expect(summary.board.product).toBe('BENCHLAB');
  });

  it('has its counter at the beginning and at the end, though that is dear to read', () => {
    const { env } = environment([h100], readings);
    const { code, err, cells } = record({ ...env, POWERLOG_STAND_IN_COUNTER_US: '50000' });
    expect(code, err).toBe(0);
    const joules = cells('nvml', 'gpu0_energy_j');
    expect(joules[0]).toBe(0);
    expect(joules.at(-1)).not.toBeNull();
    expect(cells('nvml', 'gpu0_power_w')).not.toContain(null);
  });

  it('may start threads that never end', () => {
    const { env } = environment([h100], readings);
    const { code, err, track } = record({ ...env, POWERLOG_STAND_IN_THREADS: '3' });
    expect(code, err).toBe(0);
    expect(track('nvml').samples).toBeGreaterThan(0);
  });

  it('that cannot be begun is a warning, and the board is recorded', () => {
    const { env } = environment([h100], readings, 'no-driver');
    const { code, summary, warned } = record(env, ['run.csv']);
    expect(code).toBe(0);
    expect(summary.samples).toBeGreaterThan(0);
    expect(summary).not.toHaveProperty('tracks');
    expect(warned('sensor-missing')).toEqual([
      expect.stringContaining(
        'NVML_ERROR_DRIVER_NOT_LOADED: the NVIDIA driver is not loaded (modprobe nvidia)',
      ),
    ]);
  });

  it('goes on when the driver has been away, and each card keeps its columns though its number is another one', async () => {
    const { env, turn } = environment([h100, a100], readings.slice(0, 1));
    const { folder, child } = start(env);
    await morePowers(folder, 5);
    turn('lost');
    await until(() => powersSoFar(folder).includes(null));
    turn('swapped');
    await morePowers(folder, 5);
    expect(await end(child)).toBe(0);
    const { cells, warned, track } = readRecorded(folder);
    expect(warned('sensor-lost')).toContainEqual(
      expect.stringContaining('no GPU could be read: NVML_ERROR_GPU_IS_LOST'),
    );
    const [first, second] = [cells('nvml', 'gpu0_power_w'), cells('nvml', 'gpu1_power_w')];
    for (const [n, power] of first.entries()) {
      expect(power).not.toBe(0);
      if (power !== null) expect(second[n]).toBeCloseTo(power + 1, 6);
    }
    expect(track('nvml').uuids).toEqual([h100.uuid, a100.uuid]);
    expect(track('nvml').gaps.length).toBeGreaterThan(0);
  });

  it('whose call never returns is ended and begun anew, and the board does not wait for it', async () => {
    const { env, turn } = environment([h100], readings);
    const { folder, child } = start(env);
    await morePowers(folder, 5);
    turn('hang');
    await until(() => powersSoFar(folder).includes(null));
    turn('ok');
    await morePowers(folder, 5);
    expect(await end(child)).toBe(0);
    const { warned, summary } = readRecorded(folder);
    expect(warned('sensor-silent')).toHaveLength(1);
    expect(summary.samples).toBeGreaterThan(0);
  });

  it("has the driver's own samples at the instants at which they were taken, each once, up to the end", () => {
    const { env } = environment([h100, { ...a100, hasEnergy: false }], readings);
    const folder = scratch();
    const args = words`exec --port sim --baseline 0s --with nvml-samples --out ${join(folder, 'run.csv')} -- sleep 0.6`;
    const { code, err } = powerlog(args, undefined, { ...env, POWERLOG_STAND_IN_SAMPLES: '2000' });
    expect(code, err).toBe(0);
    const { csv, cells, summary, track } = readRecorded(folder);
    expect(csv('nvml-samples').names).toEqual(['time_s', 'unix_time_s', 'gpu0_power_w', 'gpu1_power_w']);
    const at = cells('nvml-samples', 'unix_time_s') as number[];
    expect(at).toEqual([...at].sort((a, b) => a - b));
    for (const [n, name] of ['gpu0_power_w', 'gpu1_power_w'].entries()) {
      const own = cells('nvml-samples', name).flatMap((watts, row) =>
        watts === null ? [] : [{ watts, atS: at[row]! - n / 100 }],
      );
      for (const { watts, atS } of own) {
        // The sample's number since 1970: by its power, and by its instant, which the clocks tell to some ms.
        const number = Math.round(atS / 0.02);
        expect(number % 1000).toBe(watts);
        expect(Math.abs(atS - number * 0.02)).toBeLessThan(0.008);
      }
      for (const [k, { watts }] of own.slice(1).entries()) expect(watts).toBe((own[k]!.watts + 1) % 1000);
    }
    const { start_s, end_s, sensor_energy_j } = summary.command;
    const times = cells('nvml-samples', 'time_s') as number[];
    expect(times[0]).toBeLessThan(start_s);
    expect(times.at(-1)).toBeGreaterThan(end_s);
    expect(sensor_energy_j['nvml-samples'].gpu0_power_w).not.toBeNull();
    expect(track('nvml-samples').sensor.meaning).toContain('nvmlDeviceGetSamples');
  });

  it("goes on with the driver's samples when it has been away", async () => {
    const { env, turn } = environment([h100, a100], readings);
    const { folder, child } = start({ ...env, POWERLOG_STAND_IN_SAMPLES: '2000' }, 'nvml-samples');
    const id = 'nvml-samples';
    const isEmpty = () =>
      cellsSoFar(folder, 'gpu0_power_w', id).some(
        (watts, n) => watts === null && cellsSoFar(folder, 'gpu1_power_w', id)[n] === null,
      );
    await morePowers(folder, 5, id);
    turn('lost');
    await until(isEmpty);
    turn('swapped');
    await morePowers(folder, 5, id);
    expect(await end(child)).toBe(0);
    const { cells, warned } = readRecorded(folder);
    expect(warned('sensor-lost').join('\n')).toContain('no GPU could be read: NVML_ERROR_GPU_IS_LOST');
    const at = cells('nvml-samples', 'unix_time_s') as number[];
    expect(at).toEqual([...at].sort((a, b) => a - b));
    // The first card's samples lie on whole fiftieths of a second, whatever its number is now.
    for (const [n, watts] of cells('nvml-samples', 'gpu0_power_w').entries())
      if (watts !== null) expect(Math.round(at[n]! / 0.02) % 1000).toBe(watts);
  });

  it.each([
    ['loses no sample that the driver keeps while its process is ended and begun anew', '2000'],
    ['says what the driver no longer has when its process is begun anew', '10'],
  ])('%s', async (_, kept) => {
    const { env } = environment([h100], readings);
    const { folder, child } = start({ ...env, POWERLOG_STAND_IN_SAMPLES: kept }, 'nvml-samples');
    const id = 'nvml-samples';
    await morePowers(folder, 5, id);
    process.kill(sensorProcess(child.pid!), 'SIGKILL');
    await until(() => cellsSoFar(folder, 'gpu0_power_w', id).includes(null));
    await morePowers(folder, 5, id);
    expect(await end(child)).toBe(0);
    const { cells, warned, track } = readRecorded(folder);
    expect(warned('sensor-lost').join('\n')).toContain(
      'its process was ended by SIGKILL, and was started again',
    );
    const at = cells(id, 'time_s') as number[];
    expect(at).toEqual([...at].sort((a, b) => a - b));
    const powers = cells(id, 'gpu0_power_w');
    expect(powers.filter((watts) => watts === null)).toHaveLength(1);
    const empty = powers.indexOf(null);
    const [before, behind] = [powers[empty - 1]!, powers[empty + 1]!];
    const away = track(id).gaps.filter(({ cause }: { cause: string }) => cause === 'away');
    if (kept === '2000') {
      expect(behind).toBe((before + 1) % 1000);
      expect(away).toEqual([]);
    } else {
      expect(behind).not.toBe((before + 1) % 1000);
      expect(away).toHaveLength(1);
    }
  });

  it("does not run back in time where a card's samples come again, nor has rows of a card that was not there", async () => {
    const { env, turn } = environment([h100, a100], readings, 'first-hidden');
    const { folder, child } = start({ ...env, POWERLOG_STAND_IN_SAMPLES: '2000' }, 'nvml-samples');
    const id = 'nvml-samples';
    const rows = () => cellsSoFar(folder, 'time_s', id).length;
    await until(() => rows() > 5);
    turn('lost');
    await until(() => cellsSoFar(folder, 'gpu1_power_w', id).includes(null));
    turn('lost-first');
    const before = rows();
    await until(() => rows() > before + 5);
    turn('ok');
    const later = rows();
    await until(() => rows() > later + 5);
    expect(await end(child)).toBe(0);
    const { csv, cells } = readRecorded(folder);
    expect(csv(id).names).toEqual(['time_s', 'unix_time_s', 'gpu1_power_w']);
    expect(cells(id, 'gpu1_power_w').filter((each) => each === null)).toHaveLength(1);
    const at = cells(id, 'time_s') as number[];
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('says where a driver keeps no samples', () => {
    const { env } = environment([h100], readings);
    const args = words`record --port sim --with nvml-samples --duration 100ms --out ${join(scratch(), 'run.csv')}`;
    expect(powerlog(args, undefined, env).err).toContain(
      'nvml-samples: gpu0 (NVIDIA H100 80GB HBM3) keeps no samples of its power: NVML_ERROR_NOT_SUPPORTED; it is not recorded',
    );
  });

  it('loses no joule of a counter where its process is ended and begun anew', async () => {
    const from = (mj: number) =>
      readings.slice(0, 400).map((reading, n) => ({ ...reading, energyMj: mj + 7 * n }));
    const { env, play } = environment([h100], from(5_000_000));
    const { folder, child } = start(env);
    const counted = () => cellsSoFar(folder, 'gpu0_energy_j');
    await until(() => Math.max(0, ...counted().map(Number)) > 0);
    play(from(9_000_000));
    process.kill(sensorProcess(child.pid!), 'SIGKILL');
    await until(() => counted().includes(null) && counted().slice(counted().lastIndexOf(null)).length > 3);
    expect(await end(child)).toBe(0);
    const { cells, warned } = readRecorded(folder);
    const all = cells('nvml', 'gpu0_energy_j');
    // It counted 4 kJ while nobody looked.
    expect(all.slice(all.lastIndexOf(null) + 1)[0]).toBeCloseTo(4000, 0);
    expect(warned('sensor-counter-reset')).toEqual([]);
  });

  it('ends with powerlog, also where a call hangs and powerlog is killed', async () => {
    const { env, turn, isHanging } = environment([h100], readings);
    const { folder, child } = start(env);
    await morePowers(folder, 1);
    const pid = sensorProcess(child.pid!);
    turn('hang');
    await until(isHanging);
    child.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});
