import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { colourOf } from '#powerlog/draw/colours.js';
import { needs } from '../parts.js';
import { browserPart, openFile } from './browser.js';
import { type MadeRun, makeRun, writePage } from './document.js';

const gpu = 2;

/** The picture of the curves: each pixel's colour and alpha, and what the axes say of it. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  readonly fromUs: number;
  readonly toUs: number;
  readonly lowW: number;
  readonly highW: number;
}

async function pictureOf(page: Page): Promise<Picture> {
  const { pixels, ...rest } = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.curves')!;
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const { from, to, low, high } = document.querySelector<HTMLElement>('.plot')!.dataset;
    let text = '';
    for (let at = 0; at < data.length; at += 8192)
      text += String.fromCharCode(...data.subarray(at, at + 8192));
    const [fromUs, toUs] = [Number(from) * 1e6, Number(to) * 1e6];
    return { pixels: btoa(text), width, height, fromUs, toUs, lowW: Number(low), highW: Number(high) };
  });
  return { ...rest, rgba: Buffer.from(pixels, 'base64') };
}

const columnOf = ({ fromUs, toUs, width }: Picture, us: number): number =>
  Math.floor(((us - fromUs) / (toUs - fromUs)) * width);

const rowOf = ({ lowW, highW, height }: Picture, mw: number): number =>
  ((highW - mw / 1e3) / (highW - lowW)) * height;

/** Whether a pixel is plainly of a colour. */
function isPainted({ rgba, width, height }: Picture, x: number, y: number, colour: string): boolean {
  if (x < 0 || x >= width || y < 0 || y >= height) return false;
  const at = (y * width + x) * 4;
  if (rgba[at + 3]! < 140) return false;
  const wanted = Number.parseInt(colour.slice(1), 16);
  const parts = [wanted >> 16, (wanted >> 8) & 0xff, wanted & 0xff];
  return parts.every((part, n) => Math.abs(part - rgba[at + n]!) < 40);
}

/** Only the GPU's curve is left. */
async function onlyGpu(page: Page): Promise<void> {
  for (const key of ['1', '2', '4']) await page.keyboard.press(key);
  await page.locator('[data-key="view.energy_j.system"]').waitFor({ state: 'detached' });
}

/** Samples that stand out alone, at random places. */
function spikesAt(count: number, samples: number): Map<number, number> {
  let seed = 99;
  const spikes = new Map<number, number>();
  while (spikes.size < count) {
    seed = (seed * 16_807) % 2_147_483_647;
    spikes.set(seed % samples, 150_000 + (seed % 1000) * 100);
  }
  return spikes;
}

/** Those that are the greatest power in their pixel column. */
function extremesOf(
  { timeUs, powerMw }: MadeRun,
  spikes: ReadonlyMap<number, number>,
  columnAt: (us: number) => number,
): number[] {
  const greatest = new Map<number, number>();
  timeUs.forEach((us, n) => {
    const column = columnAt(us);
    greatest.set(column, Math.max(greatest.get(column) ?? 0, powerMw[gpu]![n]!));
  });
  return [...spikes.keys()].filter((n) => greatest.get(columnAt(timeUs[n]!)) === powerMw[gpu]![n]!);
}

describe('what is seen of a recording', needs(browserPart), () => {
  for (const [what, wishes, options] of [
    ['samples', {}, {}],
    ['samples on a fine and dark screen', {}, { deviceScaleFactor: 2, colorScheme: 'dark' as const }],
    ['intervals', { kind: 'intervals', intervalUs: 16_000 } as const, {}],
  ] as const)
    it(`has each of 200 spikes of one sample, of ${what}`, async () => {
      const spikes = spikesAt(200, 60_000);
      const made = makeRun({ seconds: 60, spikes, ...wishes });
      const { page } = await openFile(writePage([made]), options);
      await onlyGpu(page);
      const picture = await pictureOf(page);
      const colour = colourOf('gpu', 0, 'colorScheme' in options ? 'dark' : 'light');
      const { resolution } = made.run;
      // Of intervals nobody knows more than in which of them it was.
      const columnAt = (us: number): number =>
        columnOf(
          picture,
          resolution.kind === 'samples'
            ? us
            : (Math.floor(us / resolution.intervalUs) + 0.5) * resolution.intervalUs,
        );
      const extremes = extremesOf(made, spikes, columnAt);
      expect(extremes.length).toBeGreaterThan(120);
      const unseen = extremes.filter((n) => {
        const x = columnAt(made.timeUs[n]!);
        const y = rowOf(picture, made.powerMw[gpu]![n]!);
        return ![-1, 0, 1].some((by) => isPainted(picture, x, Math.floor(y) + by, colour));
      });
      expect(unseen).toEqual([]);
    });

  it('has each spike still when one is looked at closely, as high as before', async () => {
    const spikes = new Map([[9_000, 180_000]]);
    const made = makeRun({ spikes });
    const { page } = await openFile(writePage([made]));
    await onlyGpu(page);
    for (const zoom of [0, 2, 8, 20]) {
      await page.getByLabel('From, s').fill(String(made.timeUs[9_000]! / 1e6 - 10 * 0.7 ** zoom));
      await page.getByLabel('To, s').fill(String(made.timeUs[9_000]! / 1e6 + 10 * 0.7 ** zoom));
      await page.getByLabel('To, s').blur();
      await page.keyboard.press('z');
      await page.keyboard.press('Escape');
      await expect
        .poll(async () => {
          const picture = await pictureOf(page);
          const x = columnOf(picture, made.timeUs[9_000]!);
          const y = Math.floor(rowOf(picture, made.powerMw[gpu]![9_000]!));
          return [-1, 0, 1].some((by) => isPainted(picture, x, y + by, colourOf('gpu', 0, 'light')));
        })
        .toBe(true);
    }
  });

  it('leaves gaps empty, far and near', async () => {
    for (const kind of ['samples', 'intervals'] as const) {
      const made = makeRun({ kind, gap: [7e6, 7.8e6], intervalUs: 4000 });
      const [{ startUs, endUs } = { startUs: 0, endUs: 0 }] = made.run.gaps;
      const { page } = await openFile(writePage([made]));
      await onlyGpu(page);
      const paintedInGap = (picture: Picture): number => {
        const spare = 5000;
        let count = 0;
        for (let x = 0; x < picture.width; x++) {
          const [fromUs, toUs] = [x, x + 1].map(
            (edge) => picture.fromUs + ((picture.toUs - picture.fromUs) * edge) / picture.width,
          ) as [number, number];
          if (fromUs <= startUs + spare || toUs >= endUs - spare) continue;
          for (let y = 0; y < picture.height; y++)
            if (isPainted(picture, x, y, colourOf('gpu', 0, 'light'))) count++;
        }
        return count;
      };
      expect(paintedInGap(await pictureOf(page))).toBe(0);
      await page.keyboard.press('r');
      await page.getByRole('button', { name: 'Rolling mean', pressed: true }).waitFor();
      await page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
      expect(paintedInGap(await pictureOf(page))).toBe(0);
      await page.locator('.events .event', { hasText: 'gap' }).click();
      await page.waitForFunction(
        () => Number(document.querySelector<HTMLElement>('.plot')!.dataset.from) > 5,
      );
      const near = await pictureOf(page);
      expect(paintedInGap(near)).toBe(0);
      // On both sides there is a curve.
      for (const us of [startUs - 200_000, endUs + 200_000]) {
        const x = columnOf(near, us);
        const rows = Array.from({ length: near.height }, (_, y) => y);
        expect(rows.some((y) => isPainted(near, x, y, colourOf('gpu', 0, 'light')))).toBe(true);
      }
    }
  });

  it('has a dot for each sample where they lie apart', async () => {
    const made = makeRun({ seconds: 10 });
    const { page } = await openFile(writePage([made]));
    await onlyGpu(page);
    const first = 5000;
    await page.getByLabel('From, s').fill(String(made.timeUs[first]! / 1e6 - 0.0005));
    await page.getByLabel('To, s').fill(String(made.timeUs[first + 30]! / 1e6 + 0.0005));
    await page.getByLabel('To, s').blur();
    await page.keyboard.press('z');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => {
      const { from, to } = document.querySelector<HTMLElement>('.plot')!.dataset;
      return Number(to) - Number(from) < 0.1;
    });
    const picture = await pictureOf(page);
    for (let n = first; n <= first + 30; n++) {
      const x = columnOf(picture, made.timeUs[n]!);
      const y = Math.floor(rowOf(picture, made.powerMw[gpu]![n]!));
      // A line alone is not as broad in both directions.
      for (const [dx, dy] of [
        [0, 0],
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ] as const)
        expect(isPainted(picture, x + dx, y + dy, colourOf('gpu', 0, 'light'))).toBe(true);
    }
  });
});
