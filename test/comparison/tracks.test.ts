import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import {
  compared,
  folder,
  gpuPowers,
  readingsOf,
  shiftS,
  startUnixUs,
  write,
  writeRecording,
} from './pair.js';

const place = folder();
const powers = gpuPowers(8);
const readings = readingsOf(powers, 5);
const uuids = ['GPU-aaaa', 'GPU-bbbb'] as const;
let csv: string;

const device = (n: number) => ({ prefix: `gpu${n}`, name: 'NVIDIA H100', uuid: uuids[n]!, bus: null });

/** Puts a sensor's entry into the recording's summary, as `record --with nvml` does. */
function tellSensor(devices: readonly ReturnType<typeof device>[]): void {
  const path = place('run.summary.json');
  const { tracks: _, ...summary } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  const sensor = {
    kind: 'nvml',
    product: 'NVIDIA NVML',
    driver: '580.159.04',
    meaning: null,
    devices,
    columns: [],
  };
  const entry = { id: 'nvml', sensor, uuids: devices.map(({ uuid }) => uuid), file: 'run.nvml.csv' };
  writeFileSync(path, JSON.stringify({ ...summary, tracks: [entry] }));
}

beforeAll(() => {
  ({ csv } = writeRecording(place, 'run', powers, [{ name: 'train', fromUs: 10e6, toUs: 40e6 }]));
  const rows = readings.map(({ atS, watts }) => {
    const stamp = (startUnixUs / 1e6 + atS).toFixed(6);
    return `${atS.toFixed(6)},${stamp},${watts.toFixed(3)},${stamp},${(watts + 1).toFixed(3)},,50.000`;
  });
  const header =
    'time_s,unix_time_s,gpu0_power_w,gpu0_power_unix_time_s,gpu0_average_power_w,gpu0_energy_j,gpu0_memory_power_w';
  write(place('run.nvml.csv'), `${header}\n${rows.join('\n')}\n`);
});

describe('a track of the recording', () => {
  it("lies on its clock, and is its card's power", () => {
    tellSensor([device(0)]);
    const json = compared([csv, place('run.nvml.csv')]);
    expect(json.verdict).toBe('related');
    expect(json.a.column).toBe('gpu_power_w');
    expect(json.b).toMatchObject({ column: 'gpu0_power_w', uuid: uuids[0] });
    expect(json.shift_s).toBeCloseTo(shiftS, 2);
    expect(json.guesses.join()).not.toMatch(/zone|instant|since/);
    expect(json.phases.map(({ name }) => name)).toEqual(['train']);
  });

  it('of several cards is told to be one whose UUID must be looked at', () => {
    tellSensor([device(0), device(1)]);
    const messages = compared([csv, place('run.nvml.csv')]).warnings.map(({ message }) => message);
    expect(messages.join('\n')).toMatch(
      /read 2 cards: gpu0 \(GPU-aaaa\), gpu1 \(GPU-bbbb\); run\.nvml\.csv is of GPU-aaaa/,
    );
  });

  it('and a file of another card are told apart', () => {
    tellSensor([device(0)]);
    const rows = readings.map(
      ({ atS, watts }) => `${(startUnixUs / 1e6 + atS).toFixed(4)},GPU-cccc,${watts.toFixed(2)}`,
    );
    const other = write(place('other.csv'), `timestamp,uuid,power_w\n${rows.join('\n')}\n`);
    const messages = compared([csv, other]).warnings.map(({ message }) => message);
    expect(messages.join('\n')).toMatch(
      /other\.csv is of GPU-cccc, and the sensors of the recording read gpu0 \(GPU-aaaa\): it is another card/,
    );
  });
});

describe('a report', () => {
  const documentOf = (path: string) =>
    JSON.parse(/id="powerlog-document">([^<]*)</.exec(readFileSync(path, 'utf8'))![1]!) as {
      runs: { name: string; offsetUs: number; meansUs?: number; series: { name: string }[] }[];
    };

  it('has the track as a further run, over its component, on one clock or moved by its lag', () => {
    tellSensor([device(0)]);
    const [page, moved] = [place('page.html'), place('moved.html')];
    const track = place('run.nvml.csv');
    expect(powerlog(words`report ${csv} ${track} --html ${page} --quiet`)).toMatchObject({
      code: 0,
      err: '',
    });
    const [first, second] = documentOf(page).runs;
    expect(first!.offsetUs).toBe(0);
    expect(second).toMatchObject({ name: 'run.nvml.csv', offsetUs: 0, series: [{ name: 'gpu' }] });
    expect(second!.meansUs).toBeGreaterThan(0);
    expect(powerlog(words`report ${csv} ${track} --html ${moved} --align lag --quiet`).code).toBe(0);
    expect(documentOf(moved).runs[1]!.offsetUs / -1e6).toBeCloseTo(shiftS, 2);
  });

  it('has readings of anybody, and says what it guessed of them', () => {
    const rows = readings.map(
      ({ atS, watts }) => `${(startUnixUs / 1e6 + atS).toFixed(4)},${watts.toFixed(2)}`,
    );
    const b = write(place('log.csv'), `t,gpu_power\n${rows.join('\n')}\n`);
    const { code, err, out } = powerlog(words`report ${csv} ${b} --json -`);
    expect(code).toBe(0);
    expect(err).toMatch(/log\.csv: 't' is read as s since 1970/);
    const { runs } = JSON.parse(out) as { runs: { energy_j: { gpu: number }; offset_s: number }[] };
    const shown = readings.at(-1)!.atS - readings[0]!.atS;
    const mean = readings.reduce((sum, { watts }) => sum + watts, 0) / readings.length;
    expect(runs[1]!.energy_j.gpu / shown / mean).toBeCloseTo(1, 2);
    expect(runs[1]!.offset_s).toBeCloseTo(readings[0]!.atS, 3);
  });
});

it('two recordings of one time are two traces', () => {
  const other = writeRecording(
    place,
    'second',
    powers.map((watts) => watts + 5),
  );
  const json = compared([csv, other.csv, '--column-a', 'gpu']);
  expect(json.b).toMatchObject({ column: 'gpu_power_w' });
  expect(json.mean_difference_w).toBeCloseTo(5, 0);
  expect(json.verdict).toBe('related');
});
