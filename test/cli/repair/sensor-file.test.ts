import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog } from '../run.js';

/** As powerlog writes it: a cell is empty where the sensor gave nothing. */
function sensorFile(names: readonly string[], digits: number): string {
  const rows = Array.from({ length: 500 }, (_, n) => {
    const values = names.map((_, m) => ((n + m) % 9 === 0 ? '' : (n * 1.25 - 9).toFixed(digits)));
    return [(n / 10).toFixed(6), (1_795_794_078 + n / 10).toFixed(6), ...values].join();
  });
  return `${[['time_s', 'unix_time_s', ...names].join(), ...rows].join('\n')}\n`;
}

const files: readonly (readonly [string, string])[] = [
  ['of a program', sensorFile(['power_w', 'temp_c'], 6)],
  ["whose columns are called as a board's may be", sensorFile(['gpu_power_w'], 6)],
  ['of counters', sensorFile(['package_0_energy_j', 'package_0_power_w'], 3)],
];

function written(bytes: string | Uint8Array, name = 'run.exec.csv'): string {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return path;
}

describe.each(files)('repair of the file of a sensor %s', (_, text) => {
  it('leaves a whole one alone, and makes no summary of it', () => {
    const path = written(text);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/is whole, with 500 readings, and left alone\n.*file of a sensor/),
    ]);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(join(path, '..'))).toEqual(['run.exec.csv']);
  });

  it('drops a torn end, and nothing else', () => {
    const kept = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
    for (const behind of ['49.9000', '49.9\0\0\0', '\0'.repeat(70_000)]) {
      const path = written(kept + behind);
      expect(powerlog(['repair', path]).code).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(kept);
    }
    const zipped = gzipSync(text);
    const path = written(zipped.subarray(0, -30), 'run.exec.csv.gz');
    expect(powerlog(['repair', path]).code).toBe(0);
    const left = gunzipSync(readFileSync(path)).toString();
    expect(text.startsWith(left) && left.endsWith('\n') && left.length > 1000).toBe(true);
  });

  it.each([
    ['other digits', (whole: string) => whole.replace(/(\.\d+)\n$/, '$10\n')],
    ['CR LF', (whole: string) => whole.replaceAll('\n', '\r\n')],
    ['another behind it', (whole: string) => whole + whole],
    ['rows of it again', (whole: string) => whole + whole.split('\n').slice(1).join('\n')],
    ['text behind it', (whole: string) => `${whole}# end`],
  ])('refuses one with %s', (_, change) => {
    const changed = change(text);
    const path = written(changed);
    expect(powerlog(['repair', path]).code).toBe(6);
    expect(readFileSync(path, 'utf8')).toBe(changed);
  });
});
