// Makes the picture of `powerlog live --tty`: runs it on a terminal, and has Chromium draw the terminal's cells.
//   node docs/pictures/terminal.js                                 docs/pictures/terminal.png, as the README shows it
//   node docs/pictures/terminal.js FILE ROWS COLUMNS [OPTIONS…]    any other, to look at
// It needs a build, Python 3 and Chromium (apt-get install chromium fonts-dejavu).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const [file = 'docs/pictures/terminal.png', rows = '32', columns = '110', ...options] = process.argv.slice(2);
/** How long it has been running in the picture, what was typed by then, and what the terminal says of itself. */
const { PICTURE_SECONDS = '9.5', PICTURE_KEYS = '', PICTURE_TERM, NO_COLOR } = process.env;

/** What the tests look at terminals with. */
async function helpers() {
  const outfile = join(folder, 'terminal.mjs');
  await build({
    entryPoints: ['test/cli/live/terminal.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return await import(pathToFileURL(outfile).href);
}

function htmlOf(cells) {
  const lines = cells.map((row) => row.map(({ text, style }) => cellOf(text, style)).join(''));
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #111418; }
pre { margin: 0; padding: 14px 16px; display: inline-block; color: #e8eaed; background: #111418;
  font: 16px/19px 'DejaVu Sans Mono', monospace; }
i { font-style: normal; display: inline-block; width: 1ch; height: 19px; vertical-align: top; overflow: visible; white-space: pre; }
</style><pre>${lines.join('\n')}</pre>`;
}

const basic = ['#111418', '#d13438', '#3fb950', '#d29922', '#4a90e2', '#b267c9', '#39c5cf', '#c8ccd1'];
const bright = ['#6e7681', '#ff7b72', '#7ee787', '#f2cc60', '#79c0ff', '#d2a8ff', '#a5f3fc', '#ffffff'];

function cellOf(text, style) {
  let [ink, ground] = ['#e8eaed', '#111418'];
  const isReverse = / 7 | 7$|^7 |^7$/.test(style);
  for (const each of style.split(' ')) {
    const rgb = /^38;2;(\d+);(\d+);(\d+)$/.exec(each);
    const index = /^38;5;(\d+)$/.exec(each);
    if (rgb) ink = `rgb(${rgb.slice(1).join(',')})`;
    else if (index) ink = indexed(Number(index[1]));
    else if (/^3\d$/.test(each)) ink = basic[each[1]];
    else if (/^9\d$/.test(each)) ink = bright[each[1]];
    else if (/^4\d$/.test(each)) ground = basic[each[1]];
  }
  if (isReverse) [ink, ground] = [ground, ink];
  const bold = /(^| )1( |$)/.test(style) ? 'font-weight:bold;' : '';
  const safe = text.replace(/[&<]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<i style="${bold}color:${ink};background:${ground}">${blockOf(text, ink) ?? safe}</i>`;
}

/** Blocks are drawn, since fonts leave seams between them. */
function blockOf(text, ink) {
  const part = (x, y, width, height) =>
    `<svg width="100%" height="100%" viewBox="0 0 8 8" preserveAspectRatio="none" shape-rendering="crispEdges" style="display:block"><rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${ink}"/></svg>`;
  if (text === '█') return part(0, 0, 8, 8);
  if (text === '▀') return part(0, 0, 8, 4);
  if (text === '▄') return part(0, 4, 8, 4);
  const left = '▏▎▍▌▋▊▉'.indexOf(text);
  if (text !== '' && left >= 0) return part(0, 0, left + 1, 8);
  const lower = '▁▂▃'.indexOf(text);
  if (text !== '' && lower >= 0) return part(0, 7 - lower, 8, lower + 1);
  const upper = '▅▆▇'.indexOf(text);
  if (text !== '' && upper >= 0) return part(0, 3 - upper, 8, upper + 5);
  return null;
}

function indexed(n) {
  if (n >= 232)
    return `rgb(${Array(3)
      .fill(8 + 10 * (n - 232))
      .join(',')})`;
  const levels = [0, 95, 135, 175, 215, 255];
  const at = n - 16;
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((each) => levels[each]).join(',')})`;
}

async function draw(html, path) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 3000, height: 2000 } });
    await page.setContent(html);
    await page.locator('pre').screenshot({ path });
  } finally {
    await browser.close();
  }
}

/** A command with phases, recorded. */
function recorded() {
  const path = join(folder, 'run.plog');
  const mark = (line) => `echo '${line}' >> "$POWERLOG_MARKS"`;
  const phase = (name, seconds) => `${mark(`begin ${name}`)}; sleep ${seconds}; ${mark(`end ${name}`)}`;
  const command = [phase('load', 1.5), phase('epoch-1', 3), phase('epoch-2', 3), phase('epoch-3', 3)].join(
    '; ',
  );
  const port = ['--port', 'sim:train,name=workstation 4'];
  const capture = ['--baseline', '0', '--capture', path, '--quiet'];
  spawnSync(process.execPath, ['bin/powerlog.js', 'exec', ...port, ...capture, '--', 'sh', '-c', command]);
  return ['--port', path];
}

const folder = mkdtempSync(join(tmpdir(), 'powerlog-picture-'));
try {
  const { onTerminal } = await helpers();
  const shown = options.length > 0 ? options : recorded();
  const terminal = onTerminal([process.execPath, 'bin/powerlog.js', 'live', '--tty', ...shown], {
    rows: Number(rows),
    columns: Number(columns),
    env: {
      ...(PICTURE_TERM ? { TERM: PICTURE_TERM } : { COLORTERM: 'truecolor' }),
      ...(NO_COLOR && { NO_COLOR }),
    },
  });
  await terminal.sees(/ W/);
  await new Promise((resolve) => setTimeout(resolve, Number(PICTURE_SECONDS) * 1000));
  if (PICTURE_KEYS !== '') {
    terminal.type(PICTURE_KEYS);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const page = htmlOf(terminal.screen.cells);
  terminal.type('q');
  await terminal.ended;
  await draw(page, file);
} finally {
  rmSync(folder, { recursive: true });
}
