// Functions that tests hand to the browser know its names.
/// <reference lib="dom" />
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../capture/samples.js';
import { words } from '../cli/run.js';
import { needs } from '../parts.js';
import { type Started, start } from '../publish/started.js';
import { figureOf, moved, select, view } from './acts.js';
import { browserPart, type Opened, openPage, openPageIn } from './browser.js';
import { energyJ } from './document.js';

/** Of Chromium's, as far as it is looked at. */
interface LayoutShift {
  readonly startTime: number;
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

async function openLive(url: string, ...options: Parameters<typeof openPage>[1][]): Promise<Opened> {
  const opened = await openPage(url, ...options);
  onTestFinished(() => opened.page.context().close());
  return opened;
}

/** Waits until a number of the page has grown by so much, or is there at all. */
const grown = (page: Page, key: string, more = 0): Promise<unknown> =>
  page
    .locator(`[data-key="${key}"]`)
    .first()
    .getAttribute('data-value')
    .then((before) =>
      page.waitForFunction(
        ([name, least]) =>
          Number(document.querySelector<HTMLElement>(`[data-key="${name}"]`)?.dataset.value || 'NaN') > least,
        [key, Number(before ?? 0) + more] as const,
        { polling: 100 }, // a page behind others may draw seldom
      ),
    );

/** Presses keys until so little of the end is in view that it moves. */
async function narrow(page: Page): Promise<void> {
  for (let n = 0; n < 6; n++) await page.keyboard.press('+');
  await page.waitForFunction(() => {
    const { from, to } = document.querySelector<HTMLElement>('.plot')!.dataset;
    return Number(from) > 0 && Number(to) - Number(from) < 1.01;
  });
}

/** Waits until what the GPU draws now is said, and is more than so: of a board that is late nothing is. */
const drawsMoreThan = (page: Page, watts: number): Promise<unknown> =>
  page.waitForFunction(
    (least) => Number(document.querySelector('[data-component="gpu"] .now-value')?.textContent) > least,
    watts,
    { polling: 100 },
  );

/** Waits for two pictures: what was to be drawn before is drawn. */
const drawn = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );

/** @throws what the page says instead, if it goes on saying so */
async function standing(page: Page, what: string): Promise<void> {
  try {
    await page.waitForSelector(`.live-status[data-standing="${what}"]`);
  } catch (error) {
    const says = await page.locator('.live-status').textContent();
    throw new Error(`not ${what}, but: ${says}`, { cause: error });
  }
}

const summaryIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));

/** Instants, µs, and powers of the system, mW. */
function rowsOf(csv: string): { timeUs: Float64Array; powerMw: Float64Array } {
  const rows = readFileSync(csv, 'utf8').trimEnd().split('\n').slice(1);
  const column = (n: number, unit: number) =>
    Float64Array.from(rows, (row) => Math.round(Number(row.split(',')[n]) * unit));
  return { timeUs: column(0, 1e6), powerMw: column(2, 1e3) };
}

/** A board of its own, to be pulled out, or to have another name. */
async function boardAt(link: string, ...options: readonly string[]): Promise<Started> {
  const board = start([...words`simulate --link ${link} --latency 1ms`, ...options]);
  while (!board.out().includes(link)) await new Promise((resolve) => setTimeout(resolve, 20));
  return board;
}

describe('the live page', needs(browserPart), () => {
  it('goes along with the recording, holds without losing, and lets one scroll back', async () => {
    const recorder = start(words`live --port sim:train`);
    const { page, complaints } = await openLive(await recorder.url);
    await standing(page, 'recording');
    await grown(page, 'energy_j.gpu');
    await drawsMoreThan(page, 10);
    await grown(page, 'power_w.system.max');
    await grown(page, 'duration_s', 2);
    await narrow(page);
    const follow = page.getByRole('button', { name: 'Pause' });
    const [, before] = await view(page);
    await page.waitForFunction(
      (to) => Number(document.querySelector<HTMLElement>('.plot')!.dataset.to) > to,
      before,
    );

    await page.keyboard.press(' ');
    await drawn(page);
    const held = await view(page);
    await grown(page, 'samples', 300);
    expect(await view(page)).toEqual(held);
    expect(await follow.count()).toBe(0);
    // All of it is there behind what is in view, and before.
    const [from, to] = await moved(page, () => page.keyboard.press('d'));
    expect(from).toBeGreaterThan(held[0]);
    await select(page, held[1] - 0.1, to);
    expect(await figureOf(page, 'selection.energy_j.system')).toBeGreaterThan(0);
    await moved(page, () => page.keyboard.press('a'));

    await page.getByRole('button', { name: 'Follow' }).click();
    await page.waitForFunction(
      (end) => Number(document.querySelector<HTMLElement>('.plot')!.dataset.to) > end,
      to,
    );
    // What is chosen stays in view.
    await page.locator('.u-over').hover();
    await page.mouse.down();
    await page.mouse.move(400, 500, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('button', { name: 'Follow' }).waitFor();
    await page.keyboard.press('l');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('.plot')!.dataset.from) === 0,
    );
    expect(await recorder.stop()).toBe(0);
    await standing(page, 'ended');
    expect(complaints).toEqual([]);
  });

  it('measures what is selected while it runs as the CSV has it, and ends with the figures of the summary', async () => {
    const folder = scratch();
    const csv = join(folder, 'run.csv');
    const recorder = start(words`record --live --port sim:train --out ${csv} --quiet`, 'stderr');
    const { page, complaints } = await openLive(await recorder.url);
    await grown(page, 'duration_s', 2);
    const [fromS, toS] = [0.5004, 1.4996];
    // In each picture a figure is the same wherever it stands.
    const differing = await page.evaluate(async () => {
      const found: string[] = [];
      for (let n = 0; n < 60; n++) {
        await new Promise(requestAnimationFrame);
        for (const key of ['energy_j.gpu', 'power_w.gpu.mean', 'power_w.gpu.max']) {
          const shown = [...document.querySelectorAll<HTMLElement>(`[data-key="${key}"]`)];
          if (new Set(shown.map(({ dataset }) => dataset.value)).size > 1) found.push(key);
        }
      }
      return found;
    });
    expect(differing).toEqual([]);
    await select(page, fromS, toS);
    const whileItRanJ = await figureOf(page, 'selection.energy_j.system');
    await grown(page, 'samples', 100);
    expect(await recorder.stop()).toBe(0);
    await standing(page, 'ended');
    expect(await page.textContent('.served')).toContain('The recording has ended: it was stopped.');
    // Nothing is drawn now.
    expect(await page.textContent('[data-component="gpu"] .now-value')).toBe('–');
    const { timeUs, powerMw } = rowsOf(csv);
    // A step within an interval of a quarter of a millisecond is taken for even.
    expect(whileItRanJ).toBeCloseTo(energyJ(timeUs, powerMw, fromS * 1e6, toS * 1e6), 1);
    const summary = summaryIn(folder);
    for (const name of ['system', 'cpu', 'gpu', 'motherboard']) {
      expect(await figureOf(page, `energy_j.${name}`)).toBe(summary.energy_j[name]);
      expect(await figureOf(page, `energy_uncertainty_j.${name}`)).toBe(summary.energy_uncertainty_j[name]);
      for (const what of ['mean', 'max'])
        expect(await figureOf(page, `power_w.${name}.${what}`)).toBe(summary.power_w[name][what]);
    }
    for (const key of ['duration_s', 'samples', 'sample_rate_hz', 'coverage'])
      expect(await figureOf(page, key)).toBe(summary[key]);
    await page.getByText('Everything the summary knows').click();
    expect(await figureOf(page, 'power_w.gpu.p99')).toBe(summary.power_w.gpu.p99);
    // What is on the page stays, and can be looked at.
    await page.getByRole('button', { name: '10 s', exact: true }).click();
    // Drawn in the next picture.
    await expect
      .poll(async () => (await view(page))[1], { timeout: 240_000 })
      .toBeCloseTo(timeUs.at(-1)! / 1e6, 1);
    expect(complaints).toEqual([]);
  });

  it('shows the phases and marks of a command as they come, as text, and moves nothing', async () => {
    const folder = scratch();
    const [goes, ends] = [join(folder, 'goes'), join(folder, 'ends')];
    const until = (file: string) => `until [ -e ${file} ]; do sleep 0.05; done`;
    const mark = (line: string) => `echo '${line}' >> $POWERLOG_MARKS`;
    const foreign = '<script>window.hacked=1</script>';
    const script = [
      ...[until(goes), mark('begin load'), 'sleep 0.3', mark('end load')],
      ...[mark(`begin "${foreign}"`), mark('point half'), until(ends), mark(`end "${foreign}" 10`), 'exit 3'],
    ].join('; ');
    const recorder = start(
      [
        ...words`exec --live --port sim:train --baseline 0s --out ${join(folder, 'run.csv')} --quiet -- sh -c`,
        script,
      ],
      'stderr',
    );
    const { page, complaints } = await openLive(await recorder.url);
    await grown(page, 'samples', 10);
    const placeOfAxes = () =>
      page.evaluate(() => document.querySelector('.plot-axes')!.getBoundingClientRect().y + scrollY);
    const axesAt = await placeOfAxes();
    await page.evaluate(() => {
      const holder = window as unknown as { shifts: string[]; sinceMs: number };
      Object.assign(holder, { shifts: [], sinceMs: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as LayoutShift[]) {
          const moved = entry.sources.map(
            ({ node, previousRect: was, currentRect: is }) =>
              `${node instanceof Element ? node.className : ''} ${was.x},${was.y} ${was.width}×${was.height} → ${is.x},${is.y} ${is.width}×${is.height}`,
          );
          // The grips of the window over the whole recording move, as they should.
          if (!entry.hadRecentInput && entry.value > 0.003 && entry.startTime >= holder.sinceMs)
            holder.shifts.push(`${entry.value}: ${moved.join(', ')}`);
        }
      }).observe({ type: 'layout-shift' });
    });
    writeFileSync(goes, '');
    await page.waitForFunction(
      (name) => document.querySelector('.phases tbody')?.textContent?.includes(name),
      foreign,
    );
    await page.waitForFunction(
      () =>
        Number(document.querySelector<HTMLElement>('[data-key="phases.load.energy_j.gpu"]')?.dataset.value) >
        0,
    );
    await page.locator('.events').getByText('half').waitFor();
    expect(await placeOfAxes()).toBe(axesAt);
    const shifts = () => page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);
    expect(await shifts()).toEqual([]);
    await page.locator('.phases button', { hasText: 'load' }).click();
    await page.waitForSelector('.selection.is-selected');
    // What was asked for moves things, on a busy machine later than Chromium takes for an answer to the click.
    await drawn(page);
    await page.evaluate(() => Object.assign(window, { sinceMs: performance.now() }));
    writeFileSync(ends, '');
    expect(await recorder.ended).toBe(3);
    await standing(page, 'ended');
    const { phases, energy_j, command } = summaryIn(folder);
    await page.waitForFunction(
      (joules) =>
        document.querySelector<HTMLElement>('[data-key="phases.load.energy_j.gpu"]')?.dataset.value ===
        joules,
      String(phases[0].energy_j.gpu),
    );
    for (const { name, energy_j: ofPhase, count } of phases) {
      const key = `phases.${name}.energy_j.system`;
      const found = await page.evaluate(
        (wanted) =>
          [...document.querySelectorAll<HTMLElement>('[data-key]')].find(
            ({ dataset }) => dataset.key === wanted,
          )?.dataset.value,
        key,
      );
      expect(Number(found), name).toBe(ofPhase.system);
      if (name === foreign) expect(count).toBe(10);
    }
    expect(await figureOf(page, 'energy_j.system')).toBe(energy_j.system);
    expect(await shifts()).toEqual([]);
    // What else these figures may come to say moves nothing either.
    const placeWith = (elapsed: string, facts: readonly string[]) =>
      page.evaluate(
        ([text, texts]) => {
          const figure = document.querySelector('.live-elapsed')!;
          figure.textContent = text;
          [...document.querySelectorAll('[data-fact]')].forEach((fact, n) => {
            fact.textContent = texts[n]!;
          });
          return Math.round(figure.getBoundingClientRect().x);
        },
        [elapsed, facts] as const,
      );
    const places = new Set([
      await placeWith('123.4 ms', ['–', '–', '0', '0']),
      await placeWith('599.999 s', ['99.9 Hz', '98.76 %', '12,345', '12']),
      await placeWith('9:59:59', ['10000 Hz', '100.00 %', '9,999,999', '999']),
    ]);
    expect([...places]).toHaveLength(1);
    // Nor does what comes first into a list, however late.
    const moved = await page.evaluate(() => {
      const placeOfPhases = () => document.querySelector('.phases')!.getBoundingClientRect().y;
      return ['.excursions', '.events'].map((list) => {
        const body = document.querySelector(`${list} .card-body`)!;
        const was = placeOfPhases() + body.clientHeight;
        body.textContent = 'Nothing yet.';
        return placeOfPhases() + body.clientHeight - was;
      });
    });
    expect(moved).toEqual([0, 0]);
    await page.getByText('Everything the summary knows').click();
    expect(await figureOf(page, 'command.energy_j.gpu')).toBe(command.energy_j.gpu);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('says that a board went away and is back, and that the server is gone', async () => {
    const folder = scratch();
    const link = join(folder, 'port');
    const board = await boardAt(link);
    const recorder = start(
      words`record --live --port ${link} --out ${join(folder, 'run.csv')} --quiet`,
      'stderr',
    );
    const { page } = await openLive(await recorder.url);
    await grown(page, 'samples', 10);
    await board.stop();
    await standing(page, 'away');
    expect(await page.textContent('.served')).toContain('The board is away since');
    expect(await page.textContent('[data-component="gpu"] .now-value')).toBe('–');
    const again = await boardAt(link);
    await standing(page, 'recording');
    await page.locator('.events').getByText('board-lost').first().waitFor();
    await drawsMoreThan(page, 0);
    recorder.kill();
    await standing(page, 'lost');
    expect(await page.textContent('.served')).toContain('The connection broke off');
    // What came stays.
    expect(await figureOf(page, 'energy_j.system')).toBeGreaterThan(0);
    await again.stop();
  });

  it('tells alarms loudly', async () => {
    const link = join(scratch(), 'port');
    const board = await boardAt(link, ...words`--board benchlab2 --raise ocp_hpwr1_w3:2s`);
    const recorder = start(words`live --port ${link}`);
    const { page } = await openLive(await recorder.url);
    await page.waitForSelector('.alarms[data-level="fault"]');
    expect(await page.getByRole('alert').allTextContents()).toContainEqual(
      expect.stringContaining('board fault'),
    );
    await recorder.stop();
    await board.stop();
  });

  it('keeps the numbers of alarms up to date, and costs no more the longer they are not looked at', async () => {
    const recorder = start(words`live --port sim:train,board=benchlab2,imbalance=0.4 --max-wire 1A`);
    const { page, complaints } = await openLive(await recorder.url);
    await page.waitForSelector('.alarm-more:not([hidden])');
    await page.evaluate(() => {
      const more = document.querySelector<HTMLElement>('.alarm-more')!;
      const listen = more.addEventListener.bind(more);
      more.dataset.listeners = '0';
      more.addEventListener = (...what: Parameters<typeof listen>) => {
        more.dataset.listeners = String(Number(more.dataset.listeners) + 1);
        listen(...what);
      };
    });
    await grown(page, 'duration_s', 3);
    expect(await page.locator('.alarm-more').getAttribute('data-listeners')).toBe('0');
    await page.locator('.alarm-more summary').click();
    const told = page.locator('.alarm-more li', { hasText: 's in all' }).first();
    const before = (await told.textContent())!;
    await page.waitForFunction(
      (text) =>
        [...document.querySelectorAll('.alarm-more li')].find(({ textContent }) =>
          textContent!.includes('s in all'),
        )?.textContent !== text,
      before,
    );
    expect(complaints).toEqual([]);
    await recorder.stop();
  });

  it('takes the names of boards for text, and shows several', async () => {
    const folder = scratch();
    const links = ['a', 'b'].map((name) => join(folder, name));
    const foreign = '<script>hacked=1</script>';
    const boards = [await boardAt(links[0]!, '--name', foreign), await boardAt(links[1]!, '--name', 'other')];
    const recorder = start(words`live --port ${links[0]!} --port ${links[1]!}`);
    const { page, complaints } = await openLive(await recorder.url);
    await grown(page, 'runs.0.energy_j.gpu');
    await grown(page, 'runs.1.energy_j.gpu');
    for (const part of ['h1', '.board-head >> nth=0', '.facts'])
      expect(await page.locator(part).first().textContent()).toContain(foreign);
    expect(await page.locator('.board-head').nth(1).textContent()).toContain('other');
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    await page.locator('.board-head button').nth(1).click();
    expect(await page.locator('.board-head button').nth(1).getAttribute('aria-pressed')).toBe('false');
    await recorder.stop();
    await standing(page, 'ended');
    expect(complaints).toEqual([]);
    for (const board of boards) await board.stop();
  });

  it('is not drawn where nobody can see it, and goes on afterwards', async () => {
    const recorder = start(words`live --port sim:square`);
    const { page } = await openLive(await recorder.url);
    await grown(page, 'duration_s', 2);
    await narrow(page);
    const hide = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await hide(true);
    await drawn(page);
    await grown(page, 'samples', 100);
    const before = await view(page);
    await grown(page, 'duration_s', 3);
    expect((await view(page))[0]).toBe(before[0]);
    await hide(false);
    await page.waitForFunction(
      (to) => Number(document.querySelector<HTMLElement>('.plot')!.dataset.to) > to,
      before[1],
    );
    await recorder.stop();
  });

  it('is there for ten who look at once', async () => {
    const folder = scratch();
    const recorder = start(
      words`record --live --port sim:train --out ${join(folder, 'run.csv')} --quiet`,
      'stderr',
    );
    const url = await recorder.url;
    // Of one browser, which opens six connections to a host.
    const opened = [await openLive(url, { viewport: { width: 390, height: 400 } })];
    const context = opened[0]!.page.context();
    while (opened.length < 10) opened.push(await openPageIn(context, url));
    for (const { page } of opened) {
      await page.bringToFront();
      await grown(page, 'energy_j.gpu', 1);
    }
    expect(await recorder.stop()).toBe(0);
    const { energy_j } = summaryIn(folder);
    for (const { page, complaints } of opened) {
      expect(complaints).toEqual([]);
      await standing(page, 'ended');
      expect(await figureOf(page, 'energy_j.gpu')).toBe(energy_j.gpu);
    }
  });

  it.each([390, 1280, 1920])('fits a window of %i pixels', async (width) => {
    const recorder = start(words`live --port sim:train`);
    const { page } = await openLive(await recorder.url, { viewport: { width, height: 900 } });
    await grown(page, 'energy_j.gpu');
    const { scroll, inner } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(inner);
    for (const number of await page.locator('.now-power').all())
      expect(await number.evaluate((at) => at.scrollWidth <= at.clientWidth)).toBe(true);
    await recorder.stop();
  });
});
