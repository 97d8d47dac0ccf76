import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRested } from '#powerlog/report/rested.js';
import { type SpanSummary, summaryBetween } from '#powerlog/report/span/span-summary.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { needs } from '../parts.js';
import { askMeasure, documentRead } from '../publish/client.js';
import { start } from '../publish/started.js';
import { load, writeMade } from '../report/runs.js';
import { select } from './acts.js';
import { browserPart, openFile, openPage } from './browser.js';

const place = placesOfFile();
/** The load draws no more. */
const mostW = 450;
const names = ['system', 'cpu', 'gpu', 'motherboard'];
/** Means of 20 ms, of which rows were taken out: 0.8 s in which nothing is known; and 15 ms, less than a mean is long. */
let csv: string;
let stretches: readonly (readonly [string, number, number])[];
let gap: readonly [number, number];

beforeAll(() => {
  const capture = writeMade(place('run.plog'), { samples: load(3000, 21, []) });
  csv = place('means.csv');
  expect(powerlog(words`replay ${capture} --out ${csv} --average 20ms --quiet`).code).toBe(0);
  // It would go on telling of the rows that are taken out.
  unlinkSync(place('means.summary.json'));
  const rows = readFileSync(csv, 'utf8').trimEnd().split('\n');
  const kept = [...rows.slice(0, 30), ...rows.slice(70)];
  const beginOf = (row: string): number => {
    const [time, , interval] = row.split(',').map((cell) => Math.round(Number(cell) * 1e6));
    return time! - Math.floor(interval! / 2);
  };
  gap = [beginOf(rows[30]!), beginOf(rows[70]!)];
  // The same power for the last 5 ms of one of them.
  const cells = kept[50]!.split(',');
  const endUs = beginOf(kept[51]!);
  const seconds = (us: number) => (us / 1e6).toFixed(6);
  const middleUs = endUs - 2500;
  kept[50] = [
    seconds(middleUs),
    `${1_700_000_000 + Math.floor(middleUs / 1e6)}${seconds(middleUs % 1e6).slice(1)}`,
    '0.005000',
    ...cells.slice(3),
  ].join(',');
  writeFileSync(csv, `${kept.join('\n')}\n`);
  const [from, to] = gap;
  stretches = [
    ['a part without a gap', 100_000, 333_333],
    ['a part with a gap in it', 150_000, to + 612_345],
    ['across the begin of a gap', from - 33_000, from + 250_000],
    ['across the end of a gap', to - 250_000, to + 47_111],
    ['up to the begin of a gap', from - 60_000, from],
    ['from the end of a gap on', to, to + 60_000],
    ['exactly a gap', from, to],
    ['inside of a gap', from + 100_000, to - 100_000],
    ['with a short gap in it', endUs - 30_000, endUs + 10_000],
  ];
});

/** What `report --json` says, NaN for null, as pages write it. */
async function wanted(fromUs: number, toUs: number): Promise<{ energyJ: number; meanW: number }[]> {
  const { energy_j, power_w }: SpanSummary = await summaryBetween(await readRested(csv), { fromUs, toUs });
  return names.map((name) => ({
    energyJ: energy_j[name] ?? Number.NaN,
    meanW: power_w[name]!.mean ?? Number.NaN,
  }));
}

function expectNear(found: number, value: number, offJ: number, what: string): void {
  if (Number.isNaN(value)) expect(found, what).toBeNaN();
  else expect(Math.abs(found - value), what).toBeLessThan(offJ);
}

/** NaN where the page knows none. */
async function figureOf(page: Page, key: string): Promise<number> {
  const value = await page.locator(`[data-key="${key}"]`).first().getAttribute('data-value');
  return value ? Number(value) : Number.NaN;
}

async function expectAsReported(page: Page, offJ: number): Promise<void> {
  const whole = JSON.parse(powerlog(words`report ${csv} --json -`).out) as SpanSummary;
  for (const name of names) {
    const of = (key: string) => figureOf(page, `view.${key}.${name}`);
    expectNear(await of('energy_j'), whole.energy_j[name]!, offJ, `all of ${name}`);
    const mean = await figureOf(page, `view.power_w.${name}.mean`);
    expectNear(mean, whole.power_w[name]!.mean!, offJ, `all of ${name}`);
  }
  for (const [what, fromUs, toUs] of stretches) {
    await select(page, fromUs / 1e6, toUs / 1e6);
    for (const [n, { energyJ, meanW }] of (await wanted(fromUs, toUs)).entries()) {
      const name = names[n]!;
      const cell = page.locator(`[data-key="selection.energy_j.${name}"]`);
      expectNear(await figureOf(page, `selection.energy_j.${name}`), energyJ, offJ, `${what}, ${name}`);
      expect(await cell.getAttribute('data-uncertainty')).toBe('NaN');
      expect(await cell.textContent()).not.toContain('±');
      const power = (key: string) => figureOf(page, `selection.power_w.${name}.${key}`);
      const lengthS = Number.isNaN(meanW) || meanW === 0 ? 1 : energyJ / meanW;
      expectNear(await power('mean'), meanW, offJ / lengthS, `${what}, ${name}`);
      expect([await power('min'), await power('max')]).toEqual([Number.NaN, Number.NaN]);
    }
  }
}

describe('a page of means', needs(browserPart), () => {
  it('has the figures that report --json has, for any selection, and says what it shows', async () => {
    const html = place('means.html');
    const { code, err } = powerlog(words`report ${csv} --html ${html}`);
    expect([code, err]).toEqual([0, expect.stringContaining('with means of 20.0 ms')]);
    const { page, complaints } = await openFile(html);
    await expectAsReported(page, 1e-6);
    expect(await page.locator('.resolution').textContent()).toBe('resolution: means of 0.02 s');
    expect(complaints).toEqual([]);
  });

  it('has them to its intervals where the means do not fit', async () => {
    const [html, whole] = [place('small.html'), place('means.html')];
    const size = String((statSync(whole).size - 2000) / 1e6);
    expect(powerlog(words`report ${csv} --html ${html} --html-size ${size}`).code).toBe(0);
    const { page } = await openFile(html);
    const said = await page.locator('.resolution').textContent();
    const [, intervalS] = /^resolution: (\S+) s, 10? mW; of means of 0.02 s$/.exec(said!)!;
    await expectAsReported(page, Number(intervalS) * mostW);
  });

  it('that is viewed has them too', async () => {
    const { url } = start(words`view ${csv}`);
    const address = await url;
    await documentRead(address);
    const { page } = await openPage(address);
    await page.waitForFunction(() => document.querySelector('.resolution')?.textContent?.includes('means'));
    await expectAsReported(page, 0.02);
  });

  it('saves its means as CSV as they were read', async () => {
    const { page } = await openFile(place('means.html'));
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const rowsOf = (path: string): string[][] =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((row) => row.split(','));
    const [mine, theirs] = [rowsOf(await saved.path()), rowsOf(csv)];
    const columns = mine[0]!.flatMap((name, n) => (name === 'unix_time_s' ? [] : [n]));
    const places = columns.map((n) => theirs[0]!.indexOf(mine[0]![n]!));
    expect(mine.map((row) => columns.map((n) => row[n]))).toEqual(
      theirs.map((row) => places.map((n) => row[n])),
    );
  });
});

describe('view of means', () => {
  it('measures what report --json has, without what nobody knows', async () => {
    const { url } = start(words`view ${csv}`);
    const address = await url;
    const { runs } = await documentRead(address);
    expect(runs[0].gaps).toEqual(
      expect.arrayContaining([expect.objectContaining({ startUs: gap[0], endUs: gap[1] })]),
    );
    for (const [what, fromUs, toUs] of stretches) {
      const found = await askMeasure(address, 'run0', fromUs, toUs);
      for (const [n, { energyJ, meanW }] of (await wanted(fromUs, toUs)).entries()) {
        expectNear(found.energyJ[n] ?? Number.NaN, energyJ, 0.02, what);
        const lengthS = Number.isNaN(meanW) || meanW === 0 ? 1 : energyJ / meanW;
        expectNear(found.meanW[n] ?? Number.NaN, meanW, 0.02 / lengthS, what);
      }
      for (const unknown of [found.uncertaintyJ, found.minW, found.maxW])
        expect(unknown.every((each: number | null) => each === null)).toBe(true);
    }
  });
});
