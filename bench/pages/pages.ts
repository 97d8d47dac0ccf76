import { existsSync } from 'node:fs';
import { longCapture } from '../captures.js';
import type { Effort, Findings } from '../claims.js';
import { powerlog, type Workshop } from '../workshop.js';
import { openBrowser } from './browser.js';
import { drawing } from './drawing.js';
import { listeners } from './listeners.js';
import { windows } from './windows.js';

/** What people look at, in a real browser, and what their looking costs the recording. */
export async function pages(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const { longFrames: samples, repeats } = effort;
  const capture = longCapture(workshop, samples, say);
  const found: Findings[] = [];
  const browser = await openBrowser(workshop);
  if (browser) {
    const html = workshop.file('long.html');
    if (!existsSync(html)) {
      say(`a page of ${samples} samples`);
      await workshop.measure([
        ...[process.execPath, powerlog, 'report', capture, '--html', html, '--quiet', '--force'],
      ]);
    }
    found.push(await drawing(browser, html, { repeats, samples }, say));
  }
  found.push(await windows(workshop, browser, capture, { repeats, samples }, say));
  found.push(await listeners(workshop, browser, effort, say));
  await browser?.close();
  return {
    claims: found.flatMap(({ claims }) => claims),
    section: ['## Pages', ...found.map(({ section }) => section)].join('\n\n'),
  };
}
