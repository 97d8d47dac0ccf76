// Makes the pictures of the pages, page.png (`powerlog report --html`) and live.png (`powerlog live`), in Chromium: `npm run pictures`. The live page
// plays a capture as it was recorded. It needs a build and Chromium (apt-get install chromium fonts-dejavu).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { powerlog, recordedWhole } from './recorded.js';

const pictures = 'docs/pictures';
/** How much has been seen on the live page, s. */
const seenS = 10.6;
const scratch = mkdtempSync(join(tmpdir(), 'powerlog-pictures-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const run = await recordedWhole(join(scratch, 'train.plog'));
  const html = join(scratch, 'train.html');
  powerlog('report', run, '--html', html, '--quiet');
  await pageOf(pathToFileURL(html).href, 'light', async (page) => {
    // As somebody leaves it who wanted to know what one training cost.
    await page.locator('.phases button', { hasText: 'train' }).click();
    await page.waitForFunction(() => document.querySelector('.selection-length strong')?.textContent);
    await page.mouse.move(0, 0);
    await page.evaluate(() => {
      document.activeElement.blur();
      scrollTo(0, 0);
    });
    await page.screenshot({ path: join(pictures, 'page.png') });
  });
  await live(run, (page) => page.screenshot({ path: join(pictures, 'live.png') }));
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

async function live(run, take) {
  const child = spawn(process.execPath, ['bin/powerlog.js', 'live', '--port', run], { stdio: 'pipe' });
  let url;
  for await (const text of child.stdout.setEncoding('utf8')) {
    url = /^http:\S+$/m.exec(text)?.[0];
    if (url) break;
  }
  await pageOf(url, 'dark', async (page) => {
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.waitForFunction(
      (least) => Number(document.querySelector('[data-key="duration_s"]')?.dataset.value) > least,
      seenS,
    );
    await take(page);
  });
  child.kill('SIGINT');
  await once(child, 'close');
}

async function pageOf(address, colorScheme, use) {
  const context = await browser.newContext({
    ...{ viewport: { width: 1280, height: 800 }, colorScheme, reducedMotion: 'reduce' },
  });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('[data-measured]').waitFor();
  await use(page);
  await context.close();
}
