import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'powerlog-h200-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fixture(name: string): string {
  const packed = readFileSync(new URL(`../../fixtures/nvidia-h200/${name}.gz`, import.meta.url));
  writeFileSync(join(folder, name), gunzipSync(packed));
  return join(folder, name);
}

/** A quantity of it, held against the driver's own samples. */
function againstSamples(column: string) {
  const args = words`compare ${fixture('samples.csv')} ${fixture('polled.csv')} --column-b ${column} --json -`;
  const { code, out } = powerlog(args);
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe('a real H200', () => {
  it('has an instant power every 100 ms, though its phase jumps, and not every 50', () => {
    expect(againstSamples('gpu0_power_w').update_s).toBeCloseTo(0.1, 3);
  });

  it('has a counter that is the mean of what its driver samples', () => {
    const { window_s, gain_interval, energy_difference_j } = againstSamples('gpu0_energy_j');
    expect(window_s).toBeCloseTo(0.1, 4);
    expect(gain_interval[0]).toBeLessThan(1);
    expect(gain_interval[1]).toBeGreaterThan(1);
    // Of 10 kJ.
    expect(Math.abs(energy_difference_j)).toBeLessThan(30);
  });
});
