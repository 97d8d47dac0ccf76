import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { needs } from '../parts.js';
import { figureOf, measured, moved, plotBox, select, view } from './acts.js';
import { browserPart, hangMs, openFile, theBrowser } from './browser.js';
import { energyJ, foreign, makeRun, names, writePage } from './document.js';

const gap = [7e6, 7.8e6] as const;

describe('a page', needs(browserPart), () => {
  it('says what its summary says, under its keys and unrounded', async () => {
    const made = makeRun({ gap });
    const { page, complaints, requests } = await openFile(writePage([made]));
    const { summary } = made.run;
    await page.getByText('Everything the summary knows').click();
    for (const name of names.slice(0, 4)) {
      expect(await figureOf(page, `energy_j.${name}`)).toBe(summary.energy_j[name]);
      expect(await figureOf(page, `energy_uncertainty_j.${name}`)).toBe(summary.energy_uncertainty_j[name]);
      for (const what of ['mean', 'min', 'max', 'p50', 'p95', 'p99'])
        expect(await figureOf(page, `power_w.${name}.${what}`)).toBe(summary.power_w[name]![what]);
    }
    const phases = summary.phases as { name: string; energy_j: Record<string, number> }[];
    for (const { name, energy_j } of phases)
      expect(await figureOf(page, `phases.${name}.energy_j.gpu`)).toBe(energy_j.gpu);
    const rails = summary.rails as Record<string, { energy_j: number }>;
    expect(await figureOf(page, 'rails.eps1.energy_j')).toBe(rails.eps1!.energy_j);
    expect(await figureOf(page, 'duration_s')).toBe(summary.duration_s);
    expect(await page.locator('.resolution').textContent()).toContain('every sample');
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });

  it('shows foreign text as text', async () => {
    const { page, complaints } = await openFile(
      writePage([makeRun({ gap }), makeRun({ id: 'run1', seconds: 8 })]),
    );
    await page.getByText('Everything the summary knows').click();
    for (const part of ['h1', '.runs', '.warnings', '.phases', '.events', '.everything'])
      expect(await page.locator(part).first().textContent()).toContain(foreign);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect(await page.locator('main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('writes out what turns the direction of text, and keeps names apart from numbers', async () => {
    const made = makeRun();
    const name = 'a\u202egolp.b\nc';
    const bands = made.run.bands.map((band) => ({ ...band, name }));
    const phases = (made.run.summary.phases as object[]).map((phase) => ({ ...phase, name }));
    const run = { ...made.run, name, bands, summary: { ...made.run.summary, phases } };
    const other = makeRun({ id: 'run1' });
    const { page } = await openFile(writePage([{ ...made, run }, other]));
    await page.getByText('Everything the summary knows').click();
    for (const part of ['.runs', '.warnings', '.phases', '.everything h3'])
      expect(await page.locator(part).first().textContent()).toContain('a\\u{202e}golp.b\\u{a}c');
    const shown = await page.evaluate(() => document.querySelector('main')!.innerText + document.title);
    expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    const isolation = (part: string) =>
      page
        .locator(part)
        .first()
        .evaluate((each) => getComputedStyle(each).unicodeBidi);
    for (const part of ['.warnings bdi', '.runs .figure', '.runs .run-toggle > span', '.phases .link'])
      expect(await isolation(part)).toBe('isolate');
  });

  it('is printed on white, nothing of it in boxes that scroll, and not wider than the paper', async () => {
    const { page } = await openFile(writePage([makeRun({ gap })]), { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    // As a browser does, for which the paper is 186 mm wide between its margins.
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.setViewportSize({ width: 703, height: 1000 });
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.toolbar').isVisible()).toBe(false);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('main *:not(.u-wrap *)')]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => `${each.tagName} ${each.className}`),
    );
    expect(wide).toEqual([]);
    const boxes = await page.evaluate(() =>
      [...document.querySelectorAll('.scroll, .event-list, .legend')].map(
        (each) => each.scrollHeight - each.clientHeight,
      ),
    );
    expect(Math.max(...boxes)).toBeLessThanOrEqual(1);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await ground()).toBe(dark);
  });

  it('compares the commands of several recordings where each has one, and says what it compares', async () => {
    const [one, other] = [makeRun(), makeRun({ id: 'run1', seconds: 8 })];
    const of = async (share: readonly (number | null)[]) => {
      const runs = [one, other].map((made, n) => {
        const energy_j = { ...made.run.summary.energy_j, system: share[n] ?? null };
        const command =
          share[n] === null ? {} : { command: { ...made.run.summary, energy_j, duration_s: 2 } };
        return { ...made, run: { ...made.run, summary: { ...made.run.summary, ...command } } };
      });
      return (await openFile(writePage(runs))).page;
    };
    const both = await of([100, 150]);
    expect(await both.locator('.runs-of').textContent()).toMatch(/^Of the commands/);
    expect(await figureOf(both, 'runs.1.command.energy_j.system')).toBe(150);
    expect(await figureOf(both, 'runs.1.command.duration_s')).toBe(2);
    expect(await both.locator('.runs tbody tr').nth(1).textContent()).toContain('+50.0 %');
    const mixed = await of([100, null]);
    expect(await mixed.locator('.runs-of').textContent()).toMatch(/^Of the whole/);
    expect(await figureOf(mixed, 'runs.0.energy_j.system')).toBe(one.run.summary.energy_j.system);
  });

  it('gives an instant neither time nor energy, and writes all minus signs alike', async () => {
    const made = makeRun();
    const [phase] = made.run.summary.phases as { energy_j: Record<string, number> }[];
    const point = {
      ...phase!,
      name: 'saved',
      duration_s: 0,
      energy_j: { system: 0 },
      energy_uncertainty_j: { system: 0.9 },
    };
    const power_w = { ...made.run.summary.power_w, system: { mean: -498, max: -213 } };
    const run = { ...made.run, summary: { ...made.run.summary, power_w, phases: [point] } };
    const { page } = await openFile(writePage([{ ...made, run }]), { timezoneId: 'Asia/Kolkata' });
    expect(await page.locator('.phases tbody td').allTextContents()).toEqual(
      expect.arrayContaining(['1', '–', '–']),
    );
    expect(await page.locator('.phases tbody').textContent()).not.toMatch(/ J|0\.000/);
    expect(await page.locator('.tile').first().textContent()).toMatch(/−498\.0 W.*−213\.0 W/);
    expect(await page.locator('.facts').textContent()).toMatch(/2023-11-15 03:43:20 UTC\+5:30/);
  });

  it('says how many phases have no row above the plot', async () => {
    const made = makeRun();
    const [band] = made.run.bands;
    const nested = Array.from({ length: 7 }, (_, n) => ({ ...band!, name: `level ${n}` }));
    const { page } = await openFile(writePage([{ ...made, run: { ...made.run, bands: nested } }]));
    expect(await page.locator('.lanes-more').textContent()).toBe(
      '+3 more below these, in the table of phases',
    );
    const { page: few } = await openFile(writePage([made]));
    expect(await few.locator('.lanes-more').isVisible()).toBe(false);
  });

  it('measures a selection as its samples have it', async () => {
    const { timeUs, powerMw, run } = makeRun({ gap });
    const { page } = await openFile(writePage([{ ...makeRun({ gap }), run }]));
    await page.locator('[data-series="eps1"]').click();
    for (const [fromS, toS] of [
      [1.2345, 1.2361],
      [2, 6.5],
      [6.9, 7.9],
      [7.2, 7.4],
      [0.5, 19.5],
    ] as const) {
      await select(page, fromS, toS);
      for (const [n, key] of [
        [0, 'selection.energy_j.system'],
        [2, 'selection.energy_j.gpu'],
        [4, 'selection.rails.eps1.energy_j'],
      ] as const)
        expect(await figureOf(page, key)).toBeCloseTo(
          energyJ(timeUs, powerMw[n]!, fromS * 1e6, toS * 1e6),
          6,
        );
      const within = powerMw[2]!.filter((_, k) => timeUs[k]! >= fromS * 1e6 && timeUs[k]! <= toS * 1e6);
      if (within.length > 1)
        expect(await figureOf(page, 'selection.power_w.gpu.max')).toBeCloseTo(Math.max(...within) / 1e3, 1);
    }
    // Of a gap of 0.8 s that leaves 2.5 J open, an eighth.
    const energy = page.locator('[data-key="selection.energy_j.system"]');
    await select(page, 7.1, 7.2);
    const uncertaintyJ = Number(await energy.getAttribute('data-uncertainty'));
    const gapJ = (2.5 * 0.1e6) / (run.gaps[0]!.endUs - run.gaps[0]!.startUs);
    const accuracyJ = 0.03 * (await figureOf(page, 'selection.energy_j.system'));
    expect(uncertaintyJ).toBeGreaterThanOrEqual(Math.hypot(gapJ, accuracyJ) * 0.999);
    expect(uncertaintyJ).toBeLessThan(Math.hypot(gapJ, accuracyJ) * 1.2);
  });

  it('measures a selection of intervals within what it says it may be off', async () => {
    const made = makeRun({ gap, kind: 'intervals', intervalUs: 32_000, samplingJ: 0 });
    const { page } = await openFile(writePage([made]));
    expect(await page.locator('.resolution').textContent()).toContain('0.032 s, 10 mW');
    for (const [fromS, toS] of [
      [1.23, 1.24],
      [2.017, 6.513],
      [0.501, 19.503],
    ] as const) {
      await select(page, fromS, toS);
      for (const [n, name] of names.slice(0, 4).entries()) {
        const said = page.locator(`[data-key="selection.energy_j.${name}"]`);
        const exactJ = energyJ(made.timeUs, made.powerMw[n]!, fromS * 1e6, toS * 1e6);
        const saidJ = Number(await said.getAttribute('data-value'));
        const uncertaintyJ = Number(await said.getAttribute('data-uncertainty'));
        // Without the accuracy, of which there is no error here.
        const restJ = Math.sqrt(Math.max(uncertaintyJ ** 2 - (0.03 * saidJ) ** 2, 0));
        expect(Math.abs(saidJ - exactJ)).toBeLessThan(restJ + 0.002);
      }
    }
    await select(page, made.run.startUs / 1e6, made.run.endUs / 1e6);
    expect(await figureOf(page, 'selection.energy_j.system')).toBeCloseTo(
      made.run.summary.energy_j.system!,
      2,
    );
  });

  it('zooms, moves and goes back by wheel, mouse and keys', async () => {
    const { page, complaints } = await openFile(writePage([makeRun({ gap })]));
    const { x, y, width, height } = await plotBox(page);
    const whole = await view(page);
    await page.mouse.move(x + width / 4, y + height / 2);
    const zoomed = await moved(page, () => page.mouse.wheel(0, -400));
    const held = ([from, to]: [number, number]) => from + (to - from) / 4;
    expect(zoomed[1] - zoomed[0]).toBeLessThan((whole[1] - whole[0]) * 0.6);
    expect(held(zoomed)).toBeCloseTo(held(whole), 1);

    await page.keyboard.down('Shift');
    await page.mouse.down();
    const panned = await moved(page, () => page.mouse.move(x + width / 4 - 100, y + height / 2));
    await page.mouse.up();
    await page.keyboard.up('Shift');
    expect(panned[0] - zoomed[0]).toBeCloseTo(((zoomed[1] - zoomed[0]) * 100) / width, 1);

    expect(await moved(page, () => page.keyboard.press('u'))).toEqual(zoomed);
    expect(await moved(page, () => page.keyboard.press('u'))).toEqual(whole);
    expect(await moved(page, () => page.keyboard.press('Shift+U'))).toEqual(zoomed);
    const left = await moved(page, () => page.keyboard.press('a'));
    expect(left[0]).toBeLessThan(zoomed[0]);
    const near = await moved(page, () => page.keyboard.press('w'));
    expect(near[1] - near[0]).toBeCloseTo((left[1] - left[0]) * 0.7, 6);
    expect(await moved(page, () => page.keyboard.press('f'))).toEqual(whole);
    await page.getByRole('slider', { name: 'Part of the recording' }).focus();
    await moved(page, () => page.keyboard.press('s').then(() => page.keyboard.press('w')));
    expect(complaints).toEqual([]);
  });

  it('selects by dragging and by cursors, and zooms to it', async () => {
    const { page } = await openFile(writePage([makeRun({ gap })]));
    const { x, y, width, height } = await plotBox(page);
    const [from, to] = await view(page);
    const at = (share: number) => from + (to - from) * share;
    await page.mouse.move(x + width * 0.25, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.4, y + height / 2);
    await page.mouse.move(x + width * 0.5, y + height / 2);
    await page.mouse.up();
    await page.getByRole('heading', { name: 'Selection' }).waitFor();
    expect(await figureOf(page, 'selection.duration_s')).toBeCloseTo(at(0.5) - at(0.25), 1);
    const zoomed = await moved(page, () => page.keyboard.press('z'));
    expect(zoomed[0]).toBeCloseTo(at(0.25), 1);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'In view' }).waitFor();
    await moved(page, () => page.keyboard.press('f'));

    await page.mouse.move(x + width * 0.3, y + height / 2);
    await page.keyboard.press('m');
    await page.mouse.move(x + width * 0.6, y + height / 2);
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: 'Selection' }).waitFor();
    expect(await figureOf(page, 'selection.duration_s')).toBeCloseTo(at(0.6) - at(0.3), 1);
    const b = page.getByRole('slider', { name: 'Cursor B' });
    const beforeS = Number(await b.getAttribute('aria-valuenow'));
    await b.press('ArrowRight');
    await page.waitForFunction(
      (before) => Number(document.querySelector('[data-cursor="B"]')!.getAttribute('aria-valuenow')) > before,
      beforeS,
    );
    await expect.poll(() => page.locator('[aria-live]').textContent()).toContain('system');
  });

  it('goes to phases, excursions and gaps', async () => {
    const { page } = await openFile(writePage([makeRun({ gap })]));
    await page.getByRole('button', { name: 'load' }).click();
    await measured(page, 1, 3);
    const excursion = await moved(page, () => page.locator('.excursions .event').first().click());
    expect(excursion[0]).toBeLessThan(4.2);
    expect(excursion[1]).toBeGreaterThan(4.2);
    const silence = await moved(page, () => page.locator('.events .event', { hasText: 'gap' }).click());
    expect(silence[0]).toBeLessThan(7);
    expect(silence[1]).toBeGreaterThan(7.8);
  });

  it('shows and hides series, changes theme, rolls, helps', async () => {
    const { page, complaints } = await openFile(writePage([makeRun({ gap })]), { colorScheme: 'dark' });
    const pressed = (name: string) => page.locator(`[data-series="${name}"]`).getAttribute('aria-pressed');
    expect([await pressed('gpu'), await pressed('eps1')]).toEqual(['true', 'false']);
    await page.keyboard.press('3');
    await page.keyboard.press('5');
    expect([await pressed('gpu'), await pressed('eps1')]).toEqual(['false', 'true']);
    await page.locator('[data-key="view.rails.eps1.energy_j"]').waitFor();
    expect(await page.locator('[data-key="view.energy_j.gpu"]').count()).toBe(0);

    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(17, 20, 24)');
    await page.keyboard.press('t');
    expect(await ground()).toBe('rgb(255, 255, 255)');

    const rolling = page.getByRole('button', { name: 'Rolling mean' });
    await page.keyboard.press('r');
    expect(await rolling.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys and mouse' });
    await help.waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('lays runs over each other, and moves one by hand', async () => {
    const runs = [makeRun(), makeRun({ id: 'run1', seconds: 10 })];
    const { page, complaints } = await openFile(writePage(runs));
    for (const [n, { run }] of runs.entries())
      expect(await figureOf(page, `runs.${n}.energy_j.gpu`)).toBe(run.summary.energy_j.gpu);
    await select(page, 2, 4);
    const beforeJ = await figureOf(page, 'runs.1.selection.energy_j.gpu');
    const field = page.getByLabel('Offset of run1');
    await field.fill('0.5');
    await field.blur();
    const expectedJ = energyJ(runs[1]!.timeUs, runs[1]!.powerMw[2]!, 1.5e6, 3.5e6);
    expect(expectedJ).not.toBeCloseTo(beforeJ, 1);
    await expect.poll(() => figureOf(page, 'runs.1.selection.energy_j.gpu')).toBeCloseTo(expectedJ, 6);
    await page.keyboard.press('.');
    await expect.poll(() => field.inputValue().then(Number)).toBeGreaterThan(0.5);
    expect(complaints).toEqual([]);
  });

  it('keeps no interval in its fields that its figures are not of', async () => {
    const made = makeRun();
    const { page, complaints } = await openFile(writePage([made]));
    const [from, to] = [page.getByLabel('From, s'), page.getByLabel('To, s')];
    await select(page, 1, 1.5);
    await from.fill('3');
    await to.fill('2');
    await page.keyboard.press('Enter');
    expect(await from.getAttribute('aria-invalid')).toBe('true');
    await page.getByText('It must end behind its begin.').waitFor();
    await to.blur();
    expect([await from.inputValue(), await to.inputValue()]).toEqual(['1.000000', '1.500000']);
    expect(await from.getAttribute('aria-invalid')).toBe(null);
    // Behind the old end first, then both.
    await select(page, 3, 4);
    await from.fill('-5');
    await to.fill('1000');
    await to.blur();
    await measured(page, made.run.startUs / 1e6, made.run.endUs / 1e6);
    const ends = [made.run.startUs, made.run.endUs].map((us) => (us / 1e6).toFixed(6));
    expect([await from.inputValue(), await to.inputValue()]).toEqual(ends);
    expect(complaints).toEqual([]);
  });

  it('selects one time of a phase after the other, and says which is next', async () => {
    const made = makeRun();
    const again = { ...made.run.bands[0]!, startUs: 14_000_000, endUs: 15_000_000 };
    const run = { ...made.run, bands: [...made.run.bands, again] };
    const { page } = await openFile(writePage([{ ...made, run }]));
    const load = page.locator('.phases button', { hasText: 'load' });
    expect(await load.getAttribute('title')).toContain('time 1 of 2');
    await load.click();
    await measured(page, 1, 3);
    expect(await load.getAttribute('title')).toContain('time 2 of 2');
    // What is made anew meanwhile does not begin again.
    await page
      .getByRole('button', { name: /dark|light|theme/i })
      .first()
      .click();
    await load.click();
    await measured(page, 14, 15);
  });

  it('saves the selection as CSV and the picture as PNG', async () => {
    const made = makeRun({ gap });
    const { page, complaints, requests } = await openFile(writePage([made]));
    await select(page, 2, 3);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const rows = readFileSync(await csv.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const inside = [...made.timeUs.keys()].filter((n) => made.timeUs[n]! >= 2e6 && made.timeUs[n]! <= 3e6);
    const watts = (mw: number) => (mw / 1e3).toFixed(3);
    expect(rows[0]).toBe(`time_s,unix_time_s,${names.map((name) => `${name}_power_w`).join(',')}`);
    expect(rows.slice(1)).toEqual(
      inside.map((n) => {
        const us = made.timeUs[n]!;
        const seconds = `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
        const unix = `${1_700_000_000 + Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
        return [seconds, unix, ...made.powerMw.map((mw) => watts(mw[n]!))].join(',');
      }),
    );
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG' }).click(),
    ]);
    const bytes = readFileSync(await png.path());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.readUInt32BE(16)).toBeGreaterThan(900);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
  });

  it('saves intervals with their means, extremes and lengths', async () => {
    const made = makeRun({ kind: 'intervals', intervalUs: 32_000, gap });
    const { page } = await openFile(writePage([made]));
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const [head = '', ...rows] = readFileSync(await csv.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const columns = head.split(',');
    const cell = (row: string, name: string) => Number(row.split(',')[columns.indexOf(name)]);
    const sumJ = rows.reduce((sum, row) => sum + cell(row, 'gpu_power_w') * cell(row, 'interval_s'), 0);
    expect(Math.abs(sumJ - made.run.summary.energy_j.gpu!)).toBeLessThan(0.02);
    // In the gap there are means, of the line across it, but no extremes; everywhere else a mean keeps to them.
    const [measured, inGap] = [true, false].map((isMeasured) =>
      rows.filter((row) => (row.split(',')[columns.indexOf('gpu_power_min_w')] !== '') === isMeasured),
    ) as [string[], string[]];
    const gapS = inGap.reduce((sum, row) => sum + cell(row, 'interval_s'), 0);
    const { startUs, endUs } = made.run.gaps[0]!;
    expect(gapS).toBeCloseTo((endUs - startUs) / 1e6, 5);
    const least = (row: string) => cell(row, 'gpu_power_w') - cell(row, 'gpu_power_min_w');
    const most = (row: string) => cell(row, 'gpu_power_max_w') - cell(row, 'gpu_power_w');
    expect(Math.min(...measured.map(least), ...measured.map(most))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...rows.map((row) => cell(row, 'gpu_power_max_w')))).toBeCloseTo(
      Math.max(...made.powerMw[2]!) / 1e3,
      1,
    );
  });

  it('says so where it was cut off', async () => {
    const path = writePage([makeRun({ gap })]);
    const text = readFileSync(path, 'utf8');
    const cut = text.indexOf('id="powerlog-run0-series-3"') - 1000;
    writeFileSync(path, text.slice(0, cut));
    const page = await (await theBrowser()).newPage();
    page.setDefaultTimeout(hangMs);
    await page.goto(pathToFileURL(path).href);
    await page.getByRole('alert').filter({ hasText: 'not whole' }).waitFor();
    await page.close();
  });

  it('stays where it is while its data come', async () => {
    const { page } = await openFile(writePage([makeRun({ gap, seconds: 120 })]));
    const shifts = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const observer = new PerformanceObserver(() => undefined);
          observer.observe({ type: 'layout-shift', buffered: true });
          // Those of a picture are told with the next.
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(observer.takeRecords().length)));
        }),
    );
    expect(shifts).toBe(0);
  });

  it('has a name for everything that can be used, and can be used without a mouse', async () => {
    const { page } = await openFile(writePage([makeRun({ gap }), makeRun({ id: 'run1', seconds: 9 })]));
    await select(page, 2, 3);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, input, select, [role=slider], [role=img]')]
        .filter((each) => !each.ariaLabel && !each.textContent?.trim() && !each.title)
        .map((each) => each.outerHTML),
    );
    expect(nameless).toEqual([]);
    const unreachable = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, input, select, [role=slider]')]
        .filter((each) => each.tabIndex < 0)
        .map((each) => each.outerHTML),
    );
    expect(unreachable).toEqual([]);
    await page.locator('[data-series="eps1"]').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('[data-series="eps1"]').getAttribute('aria-pressed')).toBe('true');
  });

  for (const width of [390, 1280, 1920])
    it(`fits a window of ${width} pixels`, async () => {
      const { page } = await openFile(writePage([makeRun({ gap })]), { viewport: { width, height: 900 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const [plot, lanes, minimap] = await Promise.all(
        ['.u-over', '.lanes', '.minimap'].map((part) => page.locator(part).boundingBox()),
      );
      for (const part of [lanes!, minimap!]) {
        expect(Math.abs(part.x - plot!.x)).toBeLessThan(1.01);
        expect(Math.abs(part.width - plot!.width)).toBeLessThan(2.01);
      }
    });
});
