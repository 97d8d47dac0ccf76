// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../capture/samples.js';
import { words } from '../cli/run.js';
import { needs } from '../parts.js';
import { start } from '../publish/started.js';
import { figureOf, select } from './acts.js';
import { browserPart, openPage } from './browser.js';
import { energyJ } from './document.js';

interface Row {
  readonly fromS: number;
  readonly toS: number;
  /** W; NaN in an empty cell. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

async function savedRows(page: Page): Promise<Row[]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  const [, ...rows] = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\n');
  return rows.map((row) => {
    const [middleS, , lengthS, mean, min, max] = row
      .split(',')
      .map((cell) => (cell === '' ? Number.NaN : Number(cell)));
    return {
      ...{ fromS: middleS! - lengthS! / 2, toS: middleS! + lengthS! / 2 },
      ...{ mean: mean!, min: min!, max: max! },
    };
  });
}

const energyOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, { fromS, toS, mean }) => sum + (toS - fromS) * (Number.isNaN(mean) ? 0 : mean), 0);

const outside = (rows: readonly Row[]): Row[] =>
  rows.filter(({ mean, min, max }) => mean < min || mean > max);

describe('the CSV of a live page', needs(browserPart), () => {
  it('adds up to what was recorded, while it runs and when it has ended', async () => {
    const folder = scratch();
    const csv = join(folder, 'run.csv');
    const link = join(folder, 'port');
    // So many replies are lost, each of which makes a gap.
    const board = start(words`simulate --link ${link} --profile train --latency 1ms --fault drop:5e-3`);
    while (!board.out().includes(link)) await new Promise((resolve) => setTimeout(resolve, 20));
    const recorder = start(words`record --live --port ${link} --out ${csv} --quiet`, 'stderr');
    const { page, complaints } = await openPage(await recorder.url);
    onTestFinished(() => page.context().close());
    await page.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('[data-key="duration_s"]')?.dataset.value) > 4,
    );
    const [fromS, toS] = [0.5004, 3.1233];
    await select(page, fromS, toS);
    const rows = await savedRows(page);
    const shownJ = await figureOf(page, 'selection.energy_j.system');
    // Its end is still recorded while it is saved.
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const all = await savedRows(page);
    expect(await recorder.stop()).toBe(0);
    await board.stop();
    await page.waitForSelector('.live-status[data-standing="ended"]');
    const recorded = readFileSync(csv, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','));
    const column = (n: number, unit: number) =>
      Float64Array.from(recorded, (row) => Math.round(Number(row[n]) * unit));
    const [timeUs, powerMw] = [column(0, 1e6), column(2, 1e3)];
    const trueJ = (first: number, last: number) => energyJ(timeUs, powerMw, first * 1e6, last * 1e6);

    expect(rows[0]!.fromS).toBeCloseTo(fromS, 5);
    expect(rows.at(-1)!.toS).toBeCloseTo(toS, 5);
    expect(energyOf(rows)).toBeCloseTo(shownJ, 1);
    expect(energyOf(rows)).toBeCloseTo(trueJ(fromS, toS), 1);
    for (const each of [rows, all]) {
      expect(outside(each)).toEqual([]);
      each.forEach((row, n) => {
        if (n > 0) expect(row.fromS).toBeCloseTo(each[n - 1]!.toS, 5);
      });
      const trueMeans = each.map((row) => trueJ(row.fromS, row.toS) / (row.toS - row.fromS));
      const whole = each.map((row, n) => ({ ...row, true: trueMeans[n]! }));
      for (const row of whole.slice(1, -1))
        if (!Number.isNaN(row.min)) {
          // Where a gap begins in an interval, what was measured of that is known to its extremes.
          expect(row.true).toBeGreaterThanOrEqual(row.min - 0.01);
          expect(row.true).toBeLessThanOrEqual(row.max + 0.01);
        }
    }
    expect(energyOf(all)).toBeCloseTo(trueJ(all[0]!.fromS, all.at(-1)!.toS), 1);

    // The recorder is gone, and the page has what it has.
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await select(page, fromS, toS);
    const after = await savedRows(page);
    expect(after[0]!.fromS).toBeCloseTo(fromS, 5);
    expect(outside(after)).toEqual([]);
    expect(Math.abs(energyOf(after) - trueJ(fromS, toS))).toBeLessThan(1);
    expect(energyOf(after)).toBeCloseTo(await figureOf(page, 'selection.energy_j.system'), 1);
    expect(await page.locator('.damage').isVisible()).toBe(false);
    expect(requests.filter((url) => url.startsWith('http'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
