import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAmdNames, readAmdSmi, readRocmNames, readRocmSmi } from '#powerlog/sensors/amd/smi-output.js';
import { vendorFixture } from '../on-path.js';

const text = (path: string) => readFileSync(vendorFixture(path), 'utf8');
const nothing = (card: string, words: string | null) => ({ card, powerW: Number.NaN, words });

describe("amd-smi's output", () => {
  it.each([
    [
      'metric-rocm-5.7.json',
      [{ card: '0', powerW: 94, words: null }, nothing('1', 'AMDSMI_STATUS_NOT_SUPPORTED')],
    ],
    ['metric-rocm-6.0.json', [{ card: '0', powerW: 19, words: null }]],
    ['metric-rocm-6.1.json', [{ card: '0', powerW: 10, words: null }, nothing('1', 'N/A')]],
    [
      'metric-rocm-7.0.json',
      [{ card: '0', powerW: 717, words: null }, nothing('1', 'N/A'), { card: '2', powerW: 133, words: null }],
    ],
    ['metric-rocm-6.1.csv', [{ card: '0', powerW: 10, words: null }, nothing('1', 'N/A')]],
    [
      'monitor-rocm-6.2.csv',
      [{ card: '0', powerW: 542, words: null }, nothing('1', 'N/A'), { card: '2', powerW: 133, words: null }],
    ],
    ['watch-rocm-7.2.txt', [nothing('0', 'N/A')]],
  ])('is read in the form of %s', (file, powers) => {
    expect(readAmdSmi(text(`amd-smi/${file}`))).toEqual(powers);
  });

  it('is read in milliwatts too', () => {
    const output = '[{"gpu":0,"power":{"socket_power":{"value":19500,"unit":"mW"}}}]';
    expect(readAmdSmi(output)[0]!.powerW).toBe(19.5);
    expect(readAmdSmi(output.replace('mW', 'BTU'))[0]!.powerW).toBeNaN();
  });

  it('is refused where it is none', () => {
    for (const output of ['', 'ERROR:root:Unable to get devices', '{"gpu_data": 3}', '[{"gpu":0'])
      expect(() => readAmdSmi(output)).toThrow();
  });

  it('tells names', () => {
    expect(readAmdNames(text('amd-smi/list-rocm-6.2.json'))[1]).toEqual({
      card: '1',
      bus: '0000:0c:00.0',
      uuid: '57ff74a1-0000-1000-80dc-bd3c943c5f3a',
      name: null,
    });
    expect(readAmdNames(text('amd-smi/static-rocm-7.0.json')).map(({ name }) => name)).toEqual([
      'AMD Instinct MI300X',
      'Radeon RX 7900 XTX',
    ]);
  });
});

describe("rocm-smi's output", () => {
  it.each([
    ['showpower-rocm-5.6.json', [19, 18]],
    ['showpower-two-dies.json', [237, Number.NaN, 230, Number.NaN]],
    ['showpower-rocm-6.2.json', [133, 131]],
  ])('is read in the form of %s', (file, powers) => {
    expect(readRocmSmi(text(`rocm-smi/${file}`)).map(({ powerW }) => powerW)).toEqual(powers);
  });

  it('says why the second die of a card has no power', () => {
    expect(readRocmSmi(text('rocm-smi/showpower-two-dies.json'))[1]!.words).toBe('N/A (Secondary die)');
  });

  it('takes no zero for a power', () => {
    const output = '{"card0": {"Average Graphics Package Power (W)": "0.0"}}';
    expect(readRocmSmi(output)[0]!.powerW).toBeNaN();
  });

  it('tells names', () => {
    expect(readRocmNames(text('rocm-smi/showuniqueid.json'))[0]!.uuid).toBe('0x9a0b3f64c2d11e57');
  });
});
