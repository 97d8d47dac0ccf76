import { describe, expect, it } from 'vitest';
import type { ForeignOptions, ForeignTrack } from '#powerlog/foreign/foreign-track.js';
import { readForeign } from '#powerlog/foreign/read.js';

/* What vendors' programs printed, as fixtures/vendor/README.md has it from its sources, and a real card's files. */

const names = { column: '--column-b', time: '--time-b', unit: '--unit-b', zone: '--tz-b' };
const read = (path: string, options: ForeignOptions = {}): Promise<ForeignTrack> =>
  readForeign(`fixtures/${path}`, options, names);
const watts = (track: ForeignTrack) => Array.from(track.value, (each) => (Number.isNaN(each) ? null : each));

describe('nvidia-smi', () => {
  it('430: of two cards the one that has a sensor, with what it did not say left open', async () => {
    const track = await read('vendor/nvidia-smi/driver-430.csv');
    expect(track).toMatchObject({
      ...{ writer: 'nvidia-smi', quantity: 'power', unit: 'W', clock: { kind: 'local' }, resolutionUs: 1000 },
      uuid: 'GPU-8fe3a97d-51f6-a669-0d80-b4530b81b816',
    });
    expect(watts(track)).toEqual([176.98, 176.98, 181.4, null, 183.07]);
    expect(track.timeUs[0]).toBe(Date.UTC(2019, 7, 14, 19, 28, 24, 119) * 1000);
    expect(track.guesses.join()).toMatch(/of 2 devices only GPU 1 \(GPU-8fe3a97d-.*\) gives a power/);
  });

  it('525: of two cards the one that is named, by its index or by how its UUID begins', async () => {
    await expect(read('vendor/nvidia-smi/driver-525.csv')).rejects.toThrow(
      /holds 2 devices: GPU 0 \(GPU-5119e922-.*\), GPU 1 \(GPU-a1b0f4c2-.*\); say which with --column-b 'power\.draw \[W\]@0'/,
    );
    const first = await read('vendor/nvidia-smi/driver-525.csv', { column: 'power.draw@0' });
    expect(watts(first)).toEqual([24.31, 24.31, 97.26, 171.9, 171.9, 246.12]);
    const second = await read('vendor/nvidia-smi/driver-525.csv', { column: '@GPU-a1b0' });
    expect(watts(second)).toEqual([21.88, 21.88, 22.04, 22.04, null, null]);
    expect(second.column).toMatch(/^power\.draw \[W\] of GPU 1 \(GPU-a1b0f4c2-/);
  });

  it('535: of its powers the instantaneous one, unless another is asked for', async () => {
    const track = await read('vendor/nvidia-smi/driver-535-nounits.csv');
    expect(track.column).toBe('power.draw.instant [W]');
    expect(watts(track).slice(3, 6)).toEqual([126.8, 214.62, 214.62]);
    expect(track.guesses.join()).toMatch(/also there: 'power\.draw \[W\]', 'power\.draw\.average \[W\]'/);
    const plain = await read('vendor/nvidia-smi/driver-535-nounits.csv', { column: 'power.draw' });
    expect(watts(plain).slice(3, 6)).toEqual([126.96, 129.15, 129.15]);
  });

  it('of a card that is divided (MIG), beside a whole one', async () => {
    const track = await read('vendor/nvidia-smi/driver-535-a100-mig.csv', { column: 'power.draw.instant@0' });
    expect(watts(track)).toEqual([87.25, 87.25, 143.8, 143.8]);
  });

  it('of a real H100, with units and bare', async () => {
    const track = await read('nvidia-h100/smi.csv.gz');
    expect(track.timeUs).toHaveLength(1190);
    expect(track).toMatchObject({ unit: 'W', uuid: 'GPU-2e74d19f-1034-3148-148a-53b71d4818e0', remarks: [] });
    const bare = await read('nvidia-h100/smi-bare.csv.gz');
    expect(bare.timeUs).toHaveLength(737);
    expect(bare).toMatchObject({ unit: null, column: 'column 2', clock: { kind: 'local' } });
    expect(bare.value[0]).toBe(327.34);
  });
});

it('a log of NVML, of whose many columns each is told by its name', async () => {
  const track = await read('nvidia-h100/nvml.csv.gz');
  expect(track).toMatchObject({ column: 'power_mw', unit: 'mW', clock: { kind: 'utc' } });
  expect(track.value[0]).toBeCloseTo(73.004, 9);
  expect(track.timeUs[0]).toBeCloseTo(1_795_655_311_009_188, 0);
  const instant = await read('nvidia-h100/nvml.csv.gz', { column: 'f186_mw', time: 'f186_ts_us' });
  expect(instant.timeUs[0]).toBe(1_795_655_311_009_185);
  // NVML stamps when it was asked: that is no update.
  expect(instant.stampUs).toBeUndefined();
  const counter = await read('nvidia-h100/nvml.csv.gz', { column: 'energy_mj' });
  expect(counter).toMatchObject({ quantity: 'energy', unit: 'mJ' });
  expect(counter.value[0]).toBeCloseTo(2980.554, 9);
});

describe('what has no time is said to have none, with what it has', () => {
  it.each([
    ['amd-smi/metric-rocm-5.7.json', 'power.average_socket_power'],
    ['amd-smi/metric-rocm-6.0.json', 'power.current_power'],
    ['amd-smi/metric-rocm-6.1.json', 'power.socket_power'],
    ['amd-smi/metric-rocm-7.0.json', 'power.socket_power'],
    ['amd-smi/metric-rocm-6.1.csv', 'socket_power'],
    ['amd-smi/monitor-rocm-6.2.csv', 'power_usage'],
    ['rocm-smi/showpower-rocm-5.6.json', 'Average Graphics Package Power (W)'],
    ['rocm-smi/showpower-rocm-6.2.json', 'Current Socket Graphics Package Power (W)'],
    ['rocm-smi/showpower-rocm-7.2.csv', 'Average Graphics Package Power (W)'],
    ['rocm-smi/showpower-two-dies.json', 'Average Graphics Package Power (W)'],
  ])('%s', async (file, column) => {
    const error = await read(`vendor/${file}`).catch((reason: Error) => reason);
    expect(error).toMatchObject({ exitCode: 6 });
    expect((error as Error).message).toMatch(/nothing in it says when each reading was made/);
    expect((error as Error).message).toContain(`'${column}'`);
  });
});

it('amd-smi that watches and never has more than N/A holds no power, and no zero', async () => {
  await expect(read('vendor/amd-smi/watch-rocm-7.2.txt')).rejects.toThrow(
    /'power\.socket_power' never holds a number \(N\/A\)/,
  );
});
