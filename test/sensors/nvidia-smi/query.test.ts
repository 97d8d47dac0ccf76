import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNotThere, readCell, stampUnixS } from '#powerlog/sensors/nvidia-smi/query.js';
import { vendorFixture } from '../on-path.js';

/** Cells of a fixture's column, behind its header. */
function column(file: string, name: string): string[] {
  const [header = '', ...rows] = readFileSync(vendorFixture(`nvidia-smi/${file}`), 'utf8')
    .trim()
    .split('\n');
  const at = header.split(', ').indexOf(name);
  return rows.map((row) => row.split(', ')[at]!);
}

describe("nvidia-smi's cells", () => {
  it('are numbers with a unit and without', () => {
    expect(column('driver-535-nounits.csv', 'power.draw.instant [W]').map(readCell)[4]).toEqual({
      value: 214.62,
    });
    expect(column('driver-525.csv', 'power.draw [W]').map(readCell)[0]).toEqual({ value: 24.31 });
  });

  it('are words where a card has no such value, in each generation', () => {
    expect(column('driver-430.csv', 'power.draw [W]').map(readCell)[0]).toEqual({ words: '[Not Supported]' });
    expect(column('driver-535-a100-mig.csv', 'power.draw.average [W]').map(readCell)[0]).toEqual({
      words: '[N/A]',
    });
    for (const words of ['[Not Supported]', '[N/A]', 'N/A']) expect(isNotThere(words)).toBe(true);
  });

  it('are other words where something is wrong', () => {
    expect(column('driver-525.csv', 'power.draw [W]').map(readCell)[9]).toEqual({
      words: '[GPU requires reset]',
    });
    for (const words of ['[GPU requires reset]', '[Unknown Error]', 'ERR!'])
      expect(isNotThere(words)).toBe(false);
  });
});

describe("nvidia-smi's instants", () => {
  const now = Date.UTC(2023, 6, 8, 17, 28, 28, 100);

  it('are local time of the zone that they were printed in', () => {
    const s = Date.UTC(2023, 6, 8, 17, 28, 27, 236) / 1000;
    expect(stampUnixS('2023/07/08 19:28:27.236', now)).toBe(s); // Berlin
    expect(stampUnixS('2023/07/08 22:58:27.236', now)).toBe(s); // Delhi
    expect(stampUnixS('2023/07/08 10:28:27.236', now)).toBe(s); // Los Angeles
  });

  it('are the right one of two in the hour that a clock was put back in', () => {
    const first = Date.UTC(2023, 9, 29, 0, 30, 0, 500);
    expect(stampUnixS('2023/10/29 02:30:00.250', first)).toBe(Date.UTC(2023, 9, 29, 0, 30, 0, 250) / 1000);
    const second = Date.UTC(2023, 9, 29, 1, 30, 0, 500);
    expect(stampUnixS('2023/10/29 02:30:00.250', second)).toBe(Date.UTC(2023, 9, 29, 1, 30, 0, 250) / 1000);
  });

  it('are none where they are no instants', () => {
    expect(stampUnixS('[N/A]', now)).toBeNaN();
  });
});
