import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'powerlog-h100-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string): string => join(folder, name);
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/nvidia-h100/${name}`, import.meta.url));

/** One quantity of NVML's recording as a file of its own, stamped by UTC. */
function nvml(name: string, column: string): string {
  const [head, ...rows] = gunzipSync(fixture('nvml.csv.gz')).toString().trimEnd().split('\n');
  const names = head!.split(',');
  const [at, value] = ['unix_ns', column].map((each) => names.indexOf(each)) as [number, number];
  const lines = rows.map((row) => {
    const cells = row.split(',');
    return `${(Number(cells[at]) / 1e9).toFixed(6)},${(Number(cells[value]) / 1000).toFixed(3)}\n`;
  });
  writeFileSync(place(name), `unix_time_s,gpu_power_w\n${lines.join('')}`);
  return place(name);
}

const compare = (...args: string[]): Record<string, unknown> => {
  const { code, out, err } = powerlog([...words`compare`, ...args, ...words`--json -`]);
  expect(err).not.toMatch(/bug/);
  expect(code).toBe(0);
  return JSON.parse(out);
};

describe('a real H100', () => {
  it("says by nvidia-smi what NVML says, held as long: the file's columns, unit, zone and stamps are read right", () => {
    writeFileSync(place('smi.csv'), gunzipSync(fixture('smi.csv.gz')));
    const json = compare(
      nvml('instant.csv', 'f186_mw'),
      ...[place('smi.csv'), '--column-b', 'power.draw.instant', '--tz-b', 'UTC'],
    );
    expect(json.verdict).toBe('related');
    expect(json.gain).toBeCloseTo(1, 3);
    expect(json.offset_w).toBeCloseTo(0, 1);
    expect(json.update_s).toBeCloseTo(0.101, 3);
  });

  it('has an energy counter that steps every 100 ms', () => {
    const json = compare(nvml('instant.csv', 'f186_mw'), counter());
    expect(json.verdict).toBe('related');
    expect(json.update_s).toBeCloseTo(0.1, 3);
    expect(json.window_s).toBeCloseTo(0.1, 3);
  });
});

function counter(): string {
  const path = nvml('counter.csv', 'energy_mj');
  writeFileSync(path, readFileSync(path, 'utf8').replace('gpu_power_w', 'energy_j'));
  return path;
}
