// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Piece } from '#powerlog/draw/packing.js';
import type { PageRun } from '#powerlog/draw/page-data.js';
import { packMessage, type ServedProgress } from '#powerlog/draw/served.js';
import { unknownMeasure } from '#powerlog/publish/measures.js';
import { loopback } from '#powerlog/publish/server/access.js';
import type { PageServerOptions } from '#powerlog/publish/server/server.js';
import { placesOfFile, scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { figureOf } from '../page/acts.js';
import { browserPart, hangMs, theBrowser } from '../page/browser.js';
import { needs } from '../parts.js';
import { addressOf, documentRead } from './client.js';
import { emptyPublished, openServer } from './stand.js';
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

/** As `view` serves it. */
async function pageOfView(): Promise<PageServerOptions['page']> {
  const server = start(['view', capture]);
  const { origin, host: itsHost } = new URL(await server.url);
  const reply = await fetch(origin);
  const html = await reply.text();
  const policy = reply.headers.get('content-security-policy')!;
  await server.stop();
  return (host) => ({ html: html.replaceAll(itsHost, host), policy: policy.replaceAll(itsHost, host) });
}

/** Of whose samples nothing is known yet. */
const unreadRun = (endUs: number): PageRun => ({
  ...{ id: 'run0', name: 'a recording', startUnixUs: null, startUs: 0, endUs, offsetUs: 0 },
  series: [{ name: 'system', kind: 'component', samplingJ: 0 }],
  resolution: { kind: 'samples', count: 0 },
  ...{ gaps: [], bands: [], flags: [], excursions: [], histograms: [] },
  summary: {
    ...{ power_w: {}, energy_j: {}, energy_uncertainty_j: {}, warnings: [] },
    uncertainty: { accuracy_share: null },
  },
});

/** 10 W from the beginning up to an instant. */
function readUpTo(readUs: number, fromUs: number, toUs: number, count: number): Piece {
  const intervalUs = (toUs - fromUs) / count;
  const powerMw = Float32Array.from({ length: count }, (_, n) =>
    fromUs + n * intervalUs < readUs ? 10_000 : Number.NaN,
  );
  const energyJ = Float64Array.from(
    { length: count + 1 },
    (_, n) => Math.min(fromUs + n * intervalUs, readUs) / 1e5,
  );
  return {
    kind: 'intervals',
    grid: { startUs: fromUs, intervalUs, count },
    series: [{ minMw: powerMw, maxMw: powerMw, energyJ }],
  };
}

/** Whether curves reach from the left over such a share of the picture, and hardly further. */
function isPaintedUpTo(share: number): boolean {
  const canvas = document.querySelector<HTMLCanvasElement>('canvas.curves');
  if (!canvas) return false;
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
  let last = 0;
  for (let n = 3; n < data.length; n += 4) if (data[n]! > 128) last = Math.max(last, ((n - 3) / 4) % width);
  return Math.abs(last / width - share) < 0.01;
}

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

  it('has a picture that grows as more of the recording has been read', async () => {
    const endUs = 100e6;
    let readUs = 0.25 * endUs;
    const progress = (): ServedProgress => ({
      ...{ run: 'run0', share: readUs / endUs, upToUs: readUs },
      ...{ done: false, seeks: true, problem: null },
    });
    const message = () => packMessage({ kind: 'progress', runs: [progress()] });
    const { url, server } = await openServer(
      {
        document: () => ({ ...emptyPublished.document(), runs: [unreadRun(endUs)], progress: [progress()] }),
        piece: async (_, fromUs, toUs, columns) => readUpTo(readUs, fromUs, toUs, columns),
        measure: async () => unknownMeasure(1),
        greeting: message,
      },
      loopback,
      await pageOfView(),
    );
    const { page } = await open(url);
    for (const share of [0.25, 0.5, 0.75]) {
      readUs = share * endUs;
      server.clients.broadcast(message());
      await page.waitForFunction(isPaintedUpTo, share);
    }
  });

  it('says that the server does not know its token', async () => {
    writeFileSync(place('other.plog'), readFileSync(capture));
    const { port } = addressOf(await start(['view', place('other.plog')]).url);
    const { page } = await open(`http://127.0.0.1:${port}/#token=nonsense`);
    await page.waitForFunction(() => document.querySelector('.served')?.textContent?.includes('token'));
  });
});
