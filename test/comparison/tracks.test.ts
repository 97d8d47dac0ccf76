import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { compared, lines, recorded, shiftS, unixS, write, writeRecording } from './pair.js';

const { place, powers, readings, csv } = recorded(8, [{ name: 'train', fromUs: 10e6, toUs: 40e6 }]);
const uuids = ['GPU-aaaa', 'GPU-bbbb'] as const;

const device = (n: number) => ({ prefix: `gpu${n}`, name: 'NVIDIA H100', uuid: uuids[n]!, bus: null });

const plainRow = (each: (typeof readings)[number]) => `${unixS(each).toFixed(4)},${each.watts.toFixed(2)}`;

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
  const entry = { id: 'nvml', sensor, file: 'run.nvml.csv' };
  writeFileSync(path, JSON.stringify({ ...summary, tracks: [entry] }));
}

beforeAll(() => {
  const header =
    'time_s,unix_time_s,gpu0_power_w,gpu0_power_unix_time_s,gpu0_average_power_w,gpu0_energy_j,gpu0_memory_power_w';
  const row = ({ atS, watts }: (typeof readings)[number]) => {
    const stamp = unixS({ atS, watts }).toFixed(6);
    return `${atS.toFixed(6)},${stamp},${watts.toFixed(3)},${stamp},${(watts + 1).toFixed(3)},,50.000`;
  };
  write(place('run.nvml.csv'), lines(readings, header, row));
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

  it('is compared without a word of devices where the summary has none that can be read', () => {
    tellSensor({} as never);
    const { code, err } = powerlog(words`compare ${csv} ${place('run.nvml.csv')}`);
    expect([code, err]).toEqual([0, '']);
  });

  it('and a file of another card are told apart', () => {
    tellSensor([device(0)]);
    const row = (each: (typeof readings)[number]) =>
      `${unixS(each).toFixed(4)},GPU-cccc,${each.watts.toFixed(2)}`;
    const other = write(place('other.csv'), lines(readings, 'timestamp,uuid,power_w', row));
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

  it('calls readings of which nobody knows what they are of by their own column, and no part of the board', () => {
    const row = (each: (typeof readings)[number]) =>
      `${each.atS.toFixed(6)},${unixS(each).toFixed(6)},${each.watts.toFixed(6)}`;
    const track = write(place('run.exec.csv'), lines(readings, 'time_s,unix_time_s,power_w', row));
    const { code, err, out } = powerlog(words`report ${csv} ${track} --json -`);
    expect([code, err]).toEqual([0, '']);
    const { runs } = JSON.parse(out) as {
      runs: { power_w: object; energy_j: object; energy_uncertainty_j: object }[];
    };
    for (const figures of [runs[1]!.power_w, runs[1]!.energy_j, runs[1]!.energy_uncertainty_j])
      expect(Object.keys(figures)).toEqual(['power_w']);
    const page = place('own.html');
    expect(powerlog(words`report ${csv} ${track} --html ${page} --quiet`).code).toBe(0);
    expect(documentOf(page).runs[1]!.series).toMatchObject([{ name: 'power_w', kind: 'component' }]);
    const moved = powerlog(words`report ${csv} ${track} --align lag --json -`);
    expect(moved.code).toBe(0);
    const [, { offset_s: offsetS }] = (JSON.parse(moved.out) as { runs: [unknown, { offset_s: number }] })
      .runs;
    expect(-offsetS).toBeCloseTo(shiftS, 2);
  });

  it('knows a track of nothing but powers by the summary that names it, and says of one by itself what it is', () => {
    tellSensor([device(0)]);
    const row = (each: (typeof readings)[number]) =>
      `${each.atS.toFixed(6)},${unixS(each).toFixed(6)},${each.watts.toFixed(3)}`;
    const track = place('run.nvml.csv');
    const before = readFileSync(track);
    write(track, lines(readings, 'time_s,unix_time_s,gpu0_power_w', row));
    const { code, err, out } = powerlog(words`report ${csv} ${track} --json -`);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).runs[1].energy_j.gpu).toBeGreaterThan(0);
    write(track, before.toString());
    const alone = powerlog(words`report ${track}`);
    expect(alone.code).toBe(6);
    expect(alone.err).toMatch(
      / is not a board's CSV .*A sensor's file is for `powerlog compare`, or for `powerlog report`/,
    );
    expect(alone.err).not.toMatch(/changed/);
  });

  it('has readings of anybody, and says what it guessed of them', () => {
    const b = write(place('log.csv'), lines(readings, 't,gpu_power', plainRow));
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

describe('a report of readings beside a recording', () => {
  interface Run {
    readonly offset_s: number;
    readonly from_s: number;
    readonly duration_s: number;
    readonly energy_j: { readonly gpu: number };
    readonly power_w: { readonly gpu: { readonly mean: number } };
  }
  const runsOf = (args: readonly string[]): Run[] => {
    const { code, out, err } = powerlog(['report', ...args, '--json', '-', '--quiet']);
    expect([code, err]).toEqual([0, '']);
    return (JSON.parse(out) as { runs: Run[] }).runs;
  };
  const beside = () => write(place('beside.csv'), lines(readings, 't,gpu_power_w', plainRow));

  it('takes numbers without a unit for what the recording makes of them', () => {
    const row = (each: (typeof readings)[number]) =>
      `${unixS(each).toFixed(4)},${(each.watts * 1000).toFixed(0)}`;
    const b = write(place('milli.csv'), lines(readings, 't,gpu_power', row));
    const [a, milli] = runsOf([csv, b]) as [Run, Run];
    expect(milli.power_w.gpu.mean / (a.power_w.gpu.mean - 20)).toBeCloseTo(1, 2);
    expect(powerlog(words`report ${csv} ${b} --json -`).err).toMatch(
      /'gpu_power' of milli\.csv names no unit and is taken for mW/,
    );
  });

  it('lies on its clock whatever other runs are aligned by', () => {
    const second = writeRecording(place, 'later', powers, [{ name: 'train', fromUs: 12e6, toUs: 42e6 }]);
    const [, still] = runsOf([csv, beside()]) as [Run, Run];
    const [, other, same] = runsOf([csv, second.csv, beside(), '--align', 'mark:train']) as [Run, Run, Run];
    expect(other.offset_s).toBeCloseTo(-2, 3);
    expect(same.offset_s).toBe(still.offset_s);
    expect(runsOf([csv, beside(), '--align', 'mark:train'])[1]!.offset_s).toBe(still.offset_s);
  });

  it('shows of it the same stretch as of the recording', () => {
    for (const args of [words`--phase train`, words`--from 10s --to 40s`]) {
      const [a, b] = runsOf([csv, beside(), ...args]) as [Run, Run];
      expect(b.duration_s).toBeCloseTo(a.duration_s, 1);
      expect(b.from_s + b.offset_s).toBeCloseTo(a.from_s, 1);
    }
  });

  it('moves nothing by a lag where there is nothing to move, or the recording can be read once only', () => {
    expect(powerlog(words`report ${csv} ${csv} --align lag`)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--align lag moves readings .* beside the first run, and there are none/),
    });
    expect(powerlog(words`report - ${beside()} --align lag`, readFileSync(csv))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--align lag reads the first run twice, and standard input/),
    });
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
