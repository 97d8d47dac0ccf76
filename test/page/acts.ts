// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** The plotting area on the screen. */
export async function plotBox(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator('.u-over').boundingBox();
  if (!box) throw new Error('there is no plot');
  return box;
}

/** What is in view, s, as the page says it. */
export const view = (page: Page): Promise<[number, number]> =>
  page.locator('.plot').evaluate((plot) => {
    const { from, to } = (plot as HTMLElement).dataset;
    return [Number(from), Number(to)];
  });

/** Does something and waits until another view is drawn. */
export async function moved(page: Page, act: () => Promise<unknown>): Promise<[number, number]> {
  const before = await view(page);
  await act();
  await page.waitForFunction(([from, to]) => {
    const { dataset } = document.querySelector<HTMLElement>('.plot')!;
    return Number(dataset.from) !== from || Number(dataset.to) !== to;
  }, before);
  return view(page);
}

export async function select(page: Page, fromS: number, toS: number): Promise<void> {
  await page.getByLabel('From, s').fill(String(fromS));
  await page.getByLabel('To, s').fill(String(toS));
  await page.getByLabel('To, s').blur();
  await measured(page, fromS, toS);
}

export const measured = (page: Page, fromS: number, toS: number) =>
  page.waitForFunction(
    ([from, to]) => {
      const said = document
        .querySelector<HTMLElement>('.selection')!
        .dataset.measured!.split(' ')
        .map(Number);
      return Math.abs(said[0]! - from! * 1e6) < 1 && Math.abs(said[1]! - to! * 1e6) < 1;
    },
    [fromS, toS],
  );

export const figureOf = async (page: Page, key: string): Promise<number> =>
  Number(await page.locator(`[data-key="${key}"]`).first().getAttribute('data-value'));
