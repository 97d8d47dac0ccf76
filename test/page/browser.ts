// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll } from 'vitest';
import type { Part } from '../parts.js';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

export const browserPart: Part = {
  name: 'Chromium',
  install: 'apt-get install chromium',
  isMissing: program === undefined,
};

/** Only a hang fails by its time, however busy the machine is. */
export const hangMs = 600_000;

let browser: Promise<Browser> | undefined;

afterAll(async () => {
  await (await browser)?.close();
  browser = undefined;
});

/** One browser a test file. */
export function theBrowser(): Promise<Browser> {
  // Its sandbox cannot be had as root, as which containers run tests.
  browser ??= chromium.launch({
    executablePath: program!,
    timeout: hangMs,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  return browser;
}

/**
 * Whether Chromium says so of what a page asked as its server went: a page that is late hears of the end only then, and draws on with
 * what it has. What a server that is there refuses reads otherwise.
 */
const isOfAServerGone = (text: string): boolean =>
  /^Failed to load resource: net::ERR_(?:CONNECTION_|EMPTY_RESPONSE|SOCKET_)/.test(text);

/** A page, and what it did that no page of ours may do. */
export interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, refusals by the content security policy. */
  readonly complaints: string[];
  /** Everything that was asked of a network or of a disk, but the page itself. */
  readonly requests: string[];
}

/** Opens a page in a context of its own and waits until it has drawn what it has. */
export async function openPage(address: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await (await theBrowser()).newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  return openPageIn(context, address);
}

/** The same beside other pages. */
export async function openPageIn(context: BrowserContext, address: string): Promise<Opened> {
  const page = await context.newPage();
  page.setDefaultTimeout(hangMs);
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || isOfAServerGone(message.text())) return;
    complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !/^(?:data|blob):/.test(request.url()))
      requests.push(request.url());
  });
  await page.goto(address);
  await page.locator('[data-measured]').waitFor();
  return { page, complaints, requests };
}

export const openFile = (path: string, options?: BrowserContextOptions): Promise<Opened> =>
  openPage(pathToFileURL(path).href, options);
