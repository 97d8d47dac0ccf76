// Functions that are handed to the browser know its names.
/// <reference lib="dom" />
import { spawnSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { unpackPiece } from '#powerlog/draw/packing.js';
import { paths, type ServedDocument } from '#powerlog/draw/served.js';
import { type Findings, short, table } from '../claims.js';
import { median, quantile, spreadOf } from '../stats.js';
import type { Workshop } from '../workshop.js';
import { firstPicture, freshPage } from './browser.js';
import { type Serving, serve } from './serving.js';

const windowUs = 2e6;
/** As many columns as a wide screen has. */
const columns = 1920;
const windowsEach = 20;
const targetMs = 50;

interface Took {
  /** Until the page is there with its first curves; NaN without a browser. */
  readonly firstMs: number;
  /** The server's answers, while it reads the capture. */
  readonly readingMs: readonly number[];
  /** The page's, from asking to painted, while the server still reads. */
  readonly pageMs: readonly number[];
  /** When the server has read all of it. */
  readonly readMs: readonly number[];
  /** From its start until then. */
  readonly wholeS: number;
}

/** How soon any two seconds of a long capture are there. */
export async function windows(
  workshop: Workshop,
  browser: Browser | null,
  capture: string,
  { repeats, samples }: { repeats: number; samples: number },
  say: (text: string) => void,
): Promise<Findings> {
  const forget = forgetter(workshop, capture);
  const found: Took[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    say(`view of ${samples} samples, ${repeat + 1} of ${repeats}`);
    found.push(await viewed(workshop, browser, capture, forget ?? (() => {})));
  }
  const p95s = (pick: (took: Took) => readonly number[]) => found.map((took) => quantile(pick(took), 0.95));
  const row = (name: string, pick: (took: Took) => readonly number[]): string[] => {
    const all = found.flatMap(pick);
    return [name, ...[0.5, 0.95, 1].map((q) => short(quantile(all, q)))];
  };
  return {
    claims: [
      {
        what: "`view`'s answer for any 2 s of a capture on disk, p95",
        ...spreadOf(p95s(({ readingMs }) => readingMs)),
        ...{ sense: 'at most', target: targetMs, unit: 'ms' },
      },
      {
        what: 'any 2 s of a capture on the page of `view`, until they are painted, p95',
        ...spreadOf(p95s(({ pageMs }) => pageMs)),
        ...{ sense: 'at most', target: targetMs, unit: 'ms' },
      },
    ],
    section: [
      '### `view`',
      `Two seconds of the same capture, sample by sample, at ${windowsEach} places of each of ${repeats} servers, ` +
        `${forget ? 'each time after the system had forgotten what it had read of the file' : "from the system's cache, which could not be emptied here"}. ` +
        `A page is there with curves ${short(median(found.map(({ firstMs }) => firstMs)))} ms after it is asked for; all of the capture is read ` +
        `${short(median(found.map(({ wholeS }) => wholeS)))} s after the start.`,
      table(
        ['2 s of a capture', 'p50, ms', 'p95', 'longest'],
        [
          row('the answer, while the server reads the capture', ({ readingMs }) => readingMs),
          row('the answer, when it is read', ({ readMs }) => readMs),
          ...(browser ? [row('on the page, from the key to the picture', ({ pageMs }) => pageMs)] : []),
        ],
      ),
    ].join('\n\n'),
  };
}

async function viewed(
  workshop: Workshop,
  browser: Browser | null,
  capture: string,
  forget: () => void,
): Promise<Took> {
  forget();
  const beganMs = performance.now();
  const server = await serve(workshop, ['view', capture], 'stdout');
  try {
    const { startUs, endUs } = (await documentOf(server)).runs[0]!;
    const places = Array.from(
      { length: windowsEach },
      (_, n) => startUs + ((n * 0.618_034 + 0.1) % 1) * (endUs - startUs - windowUs),
    );
    const readingMs = await answered(server, places, forget);
    let [firstMs, pageMs]: [number, readonly number[]] = [Number.NaN, []];
    if (browser) {
      const page = await freshPage(browser);
      await page.addInitScript(watchPieces);
      firstMs = await firstPicture(page, server.url);
      pageMs = await shown(
        page,
        places.map((us) => us + windowUs),
        forget,
      );
      await page.context().close();
    }
    while (!(await documentOf(server)).progress.every(({ done }) => done))
      await new Promise((resolve) => setTimeout(resolve, 200));
    const wholeS = (performance.now() - beganMs) / 1e3;
    return { firstMs, readingMs, pageMs, wholeS, readMs: await answered(server, places, forget) };
  } finally {
    await server.stop();
  }
}

const documentOf = async (server: Serving): Promise<ServedDocument> =>
  JSON.parse(new TextDecoder().decode(await server.ask(paths.document))) as ServedDocument;

async function answered(server: Serving, places: readonly number[], forget: () => void): Promise<number[]> {
  const took: number[] = [];
  for (const fromUs of places) {
    forget();
    const query = `run=run0&from=${fromUs.toFixed(3)}&to=${(fromUs + windowUs).toFixed(3)}&columns=${columns}`;
    const beganMs = performance.now();
    const reply = await server.ask(`${paths.piece}?${query}`);
    took.push(performance.now() - beganMs);
    const piece = unpackPiece(reply);
    if (piece.kind !== 'samples' || piece.timeUs.length < (windowUs / 1e6) * 500)
      throw new Error('what came was not every sample');
  }
  return took;
}

/** Chooses each stretch on the page, goes there by the key, and waits until it is painted sample by sample; ms from the key on. */
async function shown(page: Page, places: readonly number[], forget: () => void): Promise<number[]> {
  const took: number[] = [];
  for (const fromUs of places) {
    await page.getByLabel('From, s').fill((fromUs / 1e6).toFixed(6));
    await page.getByLabel('To, s').fill(((fromUs + windowUs) / 1e6).toFixed(6));
    await page.getByLabel('To, s').blur();
    forget();
    took.push(
      await page.evaluate(async () => {
        const before = globalThis.benchPieces;
        const beganMs = performance.now();
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', bubbles: true }));
        await before.next();
        return (await globalThis.benchPictures.painted()) - beganMs;
      }),
    );
    await page.keyboard.press('u');
    await page.keyboard.press('Escape');
  }
  return took;
}

declare global {
  /** Resolves when the page has read the next piece that it asked for. */
  var benchPieces: { next(): Promise<void> };
}

/** Runs in the page before its own script. */
function watchPieces(): void {
  let arrived = (): void => {};
  globalThis.benchPieces = {
    next: () =>
      new Promise((resolve) => {
        arrived = resolve;
      }),
  };
  const ask = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    const reply = await ask(...args);
    if (String(args[0]).includes('/api/piece')) {
      const read = reply.arrayBuffer.bind(reply);
      reply.arrayBuffer = async () => {
        const bytes = await read();
        // Behind what the page does with it.
        setTimeout(arrived);
        return bytes;
      };
    }
    return reply;
  };
}

/** The system forgets what it holds of a file, so that it is read from the disk again; null where it cannot be told to. */
function forgetter(workshop: Workshop, path: string): (() => void) | null {
  const script = 'import os, sys; os.posix_fadvise(os.open(sys.argv[1], 0), 0, 0, os.POSIX_FADV_DONTNEED)';
  const forget = () => spawnSync(workshop.python!, ['-c', script, path]).status;
  // What is not on the disk yet stays.
  spawnSync('sync', [path]);
  return forget() === 0 ? forget : null;
}
