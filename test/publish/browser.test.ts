// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { placesOfFile, scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { browserPart, hangMs, theBrowser } from '../page/browser.js';
import { needs } from '../parts.js';
import { addressOf, documentRead } from './client.js';
import { start } from './started.js';

const place = placesOfFile();
const capture = place('<script>alert(1)<\\script>.plog');
beforeAll(() => {
  const { code, err } = powerlog(words`record --port sim:train --duration 2s --capture ${capture} --quiet`);
  if (code !== 0) throw new Error(err);
});

async function open(url: string): Promise<{ page: Page; asked: string[]; complaints: string[] }> {
  const page = await (await theBrowser()).newPage();
  onTestFinished(() => page.close());
  page.setDefaultTimeout(hangMs);
  const [asked, complaints]: string[][] = [[], []];
  page.on('request', (request) => asked!.push(request.url()));
  page.on('websocket', (socket) => asked!.push(socket.url()));
  page.on('pageerror', (error) => complaints!.push(String(error)));
  await page.goto(url);
  return { page, asked: asked!, complaints: complaints! };
}

const figureOf = async (page: Page, key: string): Promise<number> =>
  Number(await page.locator(`[data-key="${key}"]`).first().getAttribute('data-value'));

describe('a served page in a browser', needs(browserPart), () => {
  it('shows the figures of the recording once it is read, loads nothing from elsewhere, and takes names for text', async () => {
    const server = start(['view', capture]);
    const url = await server.url;
    const { page, asked, complaints } = await open(url);
    const { runs } = await documentRead(url);
    const { summary } = runs[0];
    await page.waitForFunction(
      (joules) => document.querySelector<HTMLElement>('[data-key="energy_j.gpu"]')?.dataset.value === joules,
      String(summary.energy_j.gpu),
    );
    expect(await figureOf(page, 'energy_j.system')).toBe(summary.energy_j.system);
    expect(await page.title()).toContain('<script>alert(1)');
    const { host } = new URL(url);
    expect(asked.filter((address) => new URL(address).host !== host)).toEqual([]);
    // The token is in no address that is asked for.
    expect(
      asked.filter((address) => new URL(address).pathname !== '/' && address.includes(addressOf(url).token)),
    ).toEqual([]);
    expect(complaints).toEqual([]);
    await server.stop();
    await page.waitForSelector('.served[data-link="closed"]');
  });

  it('follows a recording to its end, whose figures stay', async () => {
    const folder = scratch();
    const recording = start(
      words`record --live --port sim:train --out ${join(folder, 'run.csv')} --quiet`,
      'stderr',
    );
    const { page, complaints } = await open(await recording.url);
    await page.locator('[data-key="energy_j.gpu"]').first().waitFor();
    expect(await recording.stop()).toBe(0);
    await page.waitForSelector('.served[data-link="closed"]');
    expect(await page.textContent('.served')).toContain('The recording has ended: it was stopped.');
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    for (const name of ['system', 'cpu', 'gpu', 'motherboard'])
      expect(await figureOf(page, `energy_j.${name}`)).toBe(summary.energy_j[name]);
    expect(complaints).toEqual([]);
  });

  it('says that the server does not know its token', async () => {
    writeFileSync(place('other.plog'), readFileSync(capture));
    const { port } = addressOf(await start(['view', place('other.plog')]).url);
    const { page } = await open(`http://127.0.0.1:${port}/#token=nonsense`);
    await page.waitForFunction(() => document.querySelector('.served')?.textContent?.includes('token'));
  });
});
