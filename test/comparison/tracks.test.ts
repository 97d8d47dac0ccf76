import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
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
