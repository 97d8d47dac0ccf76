import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { needs } from '../parts.js';
import { browserPart, openFile } from './browser.js';

/** Numbers of a summary by the keys that pages give them. */
function leavesOf(value: unknown, key: string): [string, number][] {
  if (typeof value === 'number') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const { name: own } = (Array.isArray(value) ? (each ?? {}) : {}) as { name?: string };
    return leavesOf(each, key === '' ? name : `${key}.${own ?? name}`);
  });
}

describe('the page of a capture', needs(browserPart), () => {
  it('has every number of its summary, and its rows are those of the CSV', async () => {
    const folder = scratch();
    const [html, csv] = [join(folder, 'run.html'), join(folder, 'run.csv')];
    expect(powerlog(words`report fixtures/synthetic.plog --html ${html}`)).toMatchObject({ code: 0 });
    expect(powerlog(words`replay fixtures/synthetic.plog --out ${csv} --quiet`)).toMatchObject({ code: 0 });
    const { page, complaints, requests } = await openFile(html);

    await page.getByText('Everything the summary knows').click();
    const said = new Map(
      await page.locator('.everything [data-key]').evaluateAll((all) =>
        all.map((each): [string, number] => {
          const { key = '', value = '' } = (each as HTMLElement).dataset;
          return [key, Number(value)];
        }),
      ),
    );
    const summary: unknown = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    const missing = leavesOf(summary, '').filter(([key, value]) => said.get(key) !== value);
    expect(missing).toEqual([]);

    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const rowsOf = (text: string): string[][] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(','));
    const mine = rowsOf(readFileSync(await saved.path(), 'utf8'));
    const theirs = rowsOf(readFileSync(csv, 'utf8'));
    const places = mine[0]!.map((name) => theirs[0]!.indexOf(name));
    expect(places).not.toContain(-1);
    expect(mine).toEqual(theirs.map((row) => places.map((place) => row[place])));
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });

  it('begins with the rolling mean that was asked for', async () => {
    const html = join(scratch(), 'run.html');
    expect(powerlog(words`report fixtures/synthetic.plog --html ${html} --rolling 50`).code).toBe(0);
    const { page } = await openFile(html);
    const toggle = page.getByRole('button', { name: 'Rolling mean' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByLabel('Length of the rolling mean').inputValue()).toBe('50');
  });
});
