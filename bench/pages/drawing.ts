// Functions that are handed to the browser know its names.
/// <reference lib="dom" />
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type Claim, type Findings, short, table } from '../claims.js';
import { median, quantile, spreadOf } from '../stats.js';
import { allRead, firstPicture, freshPage, window } from './browser.js';

/** One turn of the wheel: up, it zooms about a place; sideways, it pans. */
interface Turn {
  readonly deltaX: number;
  readonly deltaY: number;
  /** Where the pointer is, a share of the plot's width. */
  readonly at: number;
}

const notchPx = 120;
/** From the whole of eight hours down to half a minute. */
const zoomTurns = 32;
const panTurns = 30;
const panPx = 60;

const turns = (count: number, turn: Turn): Turn[] => Array.from({ length: count }, () => turn);
const zoomed = (count: number, at: number, deltaY: number): Turn[] => turns(count, { deltaX: 0, deltaY, at });

/** In and out again, at several places. */
const zoom: readonly Turn[] = [0.31, 0.77].flatMap((at) => [
  ...zoomed(zoomTurns, at, -notchPx),
  ...zoomed(zoomTurns, at, notchPx),
]);

/** There and back, from about an hour in view on to half a minute. */
const pans: readonly { readonly before: readonly Turn[]; readonly pan: readonly Turn[] }[] = [10, 10, 10].map(
  (count) => ({
    before: zoomed(count, 0.5, -notchPx),
    pan: [panPx, -panPx].flatMap((deltaX) => turns(panTurns, { deltaX, deltaY: 0, at: 0.5 })),
  }),
);

/** What is shown, and what it may take. */
const cases = [
  { series: 4, pixelRatio: 1, targetMs: 35 },
  { series: 15, pixelRatio: 1, targetMs: 60 },
  { series: 4, pixelRatio: 2, targetMs: 120 },
  { series: 15, pixelRatio: 2, targetMs: 120 },
] as const;
type Case = (typeof cases)[number];

interface Took {
  readonly firstMs: number;
  readonly allMs: number;
  readonly zoomMs: readonly number[];
  readonly panMs: readonly number[];
}

/** How soon the page of a long capture is there, and how it moves. */
export async function drawing(
  browser: Browser,
  html: string,
  { repeats, samples }: { repeats: number; samples: number },
  say: (text: string) => void,
): Promise<Findings> {
  const found = new Map<Case, Took[]>(cases.map((each) => [each, []]));
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const each of cases) {
      say(`a page, ${nameOf(each)}, ${repeat + 1} of ${repeats}`);
      found.get(each)!.push(await moved(browser, html, each));
    }
  const p95 = (values: readonly number[]) => quantile(values, 0.95);
  const plain = [...found].filter(([{ pixelRatio }]) => pixelRatio === 1).flatMap(([, took]) => took);
  const claims = [...found].flatMap(([each, took]): Claim[] =>
    (['zoom', 'pan'] as const).map((what) => ({
      what: `${what} of a page, p95, ${nameOf(each)}`,
      ...spreadOf(took.map((one) => p95(one[`${what}Ms`]))),
      sense: 'at most',
      target: each.targetMs,
      unit: 'ms',
    })),
  );
  return {
    claims: [
      {
        what: 'first picture of a page, with data',
        ...spreadOf(plain.map(({ firstMs }) => firstMs)),
        sense: 'at most',
        target: 400,
        unit: 'ms',
      },
      ...claims,
    ],
    section: [
      '### In the browser',
      `The page of ${short(samples / 1e6)} million samples in Chromium without a graphics card, ${window.width} × ${window.height}: from asking for ` +
        `its file until curves are painted, and until all data are read and measured; and from each turn of the wheel, which comes as soon ` +
        `as what the last one changed is painted, until what it changes is (a frame of the screen is 17 ms). Median of ${repeats}.`,
      table(
        ['page', 'first picture, ms', 'all read', 'zoom p50', 'p95', 'pan p50', 'p95'],
        [...found].map(([each, took]) => [
          nameOf(each),
          ...[
            took.map(({ firstMs }) => firstMs),
            took.map(({ allMs }) => allMs),
            ...(['zoomMs', 'panMs'] as const).flatMap((what) => [
              took.map((one) => median(one[what])),
              took.map((one) => p95(one[what])),
            ]),
          ].map((values) => short(median(values))),
        ]),
      ),
    ].join('\n\n'),
  };
}

const nameOf = ({ series, pixelRatio }: Case): string =>
  `${series} series${pixelRatio === 1 ? '' : ` at pixel ratio ${pixelRatio}`}`;

async function moved(browser: Browser, html: string, { series, pixelRatio }: Case): Promise<Took> {
  const page = await freshPage(browser, { deviceScaleFactor: pixelRatio });
  try {
    const firstMs = await firstPicture(page, pathToFileURL(html).href);
    await allRead(page);
    const allMs = await page.evaluate(() => performance.now());
    await showSeries(page, series);
    const zoomMs = await turned(page, zoom);
    const panMs: number[] = [];
    for (const { before, pan } of pans) {
      await turned(page, before);
      panMs.push(...(await turned(page, pan)));
    }
    return { firstMs, allMs, zoomMs, panMs };
  } finally {
    await page.context().close();
  }
}

/** The first ones: components, then rails. */
async function showSeries(page: Page, count: number): Promise<void> {
  const shown = await page.evaluate(async (count) => {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-series]')];
    rows.forEach((row, n) => {
      if ((row.ariaPressed === 'true') !== n < count) row.click();
    });
    await globalThis.benchPictures.painted();
    return rows.filter(({ ariaPressed }) => ariaPressed === 'true').length;
  }, count);
  if (shown !== count) throw new Error(`${shown} series are shown, not ${count}`);
}

/** Turns the wheel over the plot; what each turn took until it was painted, ms. */
const turned = (page: Page, wheel: readonly Turn[]): Promise<number[]> =>
  page.evaluate(async (wheel) => {
    const over = document.querySelector('.u-over')!;
    const plot = document.querySelector<HTMLElement>('.plot')!;
    const { left, top, width, height } = over.getBoundingClientRect();
    const took: number[] = [];
    for (const { deltaX, deltaY, at } of wheel) {
      const { from, to } = plot.dataset;
      const beganMs = performance.now();
      over.dispatchEvent(
        new WheelEvent('wheel', {
          ...{ deltaX, deltaY, bubbles: true, cancelable: true },
          ...{ clientX: left + at * width, clientY: top + height / 2 },
        }),
      );
      const paintedMs = await globalThis.benchPictures.painted();
      // At an end of the recording nothing moves.
      if (plot.dataset.from !== from || plot.dataset.to !== to) took.push(paintedMs - beganMs);
    }
    return took;
  }, wheel);
