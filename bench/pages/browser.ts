// Functions that are handed to the browser know its names.
/// <reference lib="dom" />
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Workshop } from '../workshop.js';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Without a graphics card, as where the benchmark runs. Null where there is no Chromium, which the page then says. */
export async function openBrowser(workshop: Workshop): Promise<Browser | null> {
  if (!program) {
    workshop.missing.push('Chromium, for the pages (`apt-get install chromium`)');
    return null;
  }
  // Its sandbox cannot be had as root, as which containers run benchmarks.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: program, args });
}

export const window = { width: 1920, height: 1080 };

/** A page that knows nothing of the ones before. */
export async function freshPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: window, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.addInitScript(watchPictures);
  return page;
}

/** Of the page's clock, ms since it was asked for. */
interface Pictures {
  /** When curves with anything in them had been painted first; undefined before. */
  firstMs?: number;
  /** Resolves behind the next frame: its scripts have run, and it is painted. */
  painted(): Promise<number>;
}

declare global {
  var benchPictures: Pictures;
}

/** Runs in the page before its own script. */
function watchPictures(): void {
  const pictures: Pictures = {
    painted: () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          // The first task behind a frame's painting.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now());
          port2.postMessage(null);
        });
      }),
  };
  globalThis.benchPictures = pictures;
  const { prototype } = CanvasRenderingContext2D;
  const put = prototype.putImageData;
  let isSeen = false;
  const watched = function (this: CanvasRenderingContext2D, ...args: Parameters<typeof put>) {
    put.apply(this, args);
    if (isSeen || !this.canvas.matches('.curves')) return;
    // Curves are wider than what is stepped over, and it is the page's time that this takes.
    const pixels = new Uint32Array(args[0].data.buffer);
    for (let n = 0; n < pixels.length && !isSeen; n += 61) isSeen = pixels[n] !== 0;
    if (!isSeen) return;
    prototype.putImageData = put;
    // It is called within a frame.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      pictures.firstMs = performance.now();
    };
    port2.postMessage(null);
  };
  Object.assign(prototype, { putImageData: watched });
}

/** Opens an address, and resolves when curves are painted, ms after it was asked for. */
export async function firstPicture(page: Page, address: string): Promise<number> {
  await page.goto(address, { waitUntil: 'commit' });
  const found = await page.waitForFunction(() => globalThis.benchPictures?.firstMs, null, {
    timeout: 60_000,
  });
  return (await found.jsonValue())!;
}

/** When all that the page's file holds has been read, and what is in view is measured. */
export const allRead = (page: Page) =>
  page.locator('[data-measured]').waitFor({ state: 'attached', timeout: 60_000 });
