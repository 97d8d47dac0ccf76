// Makes the figures in this folder and the picture of what `powerlog report` plots on a terminal: `npm run pictures`. The recordings
// are of the built-in simulator, so that anybody can make them again; what is measured in them differs a little each time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { braillePlot, plotColumns } from '#powerlog/draw/braille.js';
import { seriesStyles } from '#powerlog/draw/colours.js';
import { Window } from '#powerlog/report/figure/window.js';
import { readRested } from '#powerlog/report/rested.js';
import { powerlog, recordedWhole } from './recorded.js';
import { terminalSvg } from './terminal-svg.js';

const pictures = 'docs/pictures';
mkdirSync(pictures, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'powerlog-pictures-'));
try {
  const run = await recordedWhole(join(scratch, 'train.plog'));
  for (const theme of ['light', 'dark'])
    powerlog(
      ...['report', run, '--svg', join(pictures, `figure-${theme}.svg`), '--theme', theme, '--force'],
      ...['--size', '18x9cm', '--dpi', '150'],
    );
  writeFileSync(join(pictures, 'report.svg'), terminalSvg(await plot(run), 'powerlog report run.plog'));
} finally {
  rmSync(scratch, { recursive: true });
}

/** What `powerlog report` plots on a terminal of 100 columns. */
async function plot(path) {
  const rested = await readRested(path);
  const { lastUs } = rested.reach;
  const widthCells = 100;
  const window = await Window.of(rested, 0, lastUs);
  const styles = seriesStyles(
    rested.series.map(({ name }) => name),
    'dark',
  );
  const series = rested.series.flatMap(({ name, kind }, n) =>
    kind === 'component'
      ? [{ name, columns: window.columns(n, plotColumns(widthCells)), colour: styles[n].colour }]
      : [],
  );
  const bands = rested.bands
    .filter(({ kind }) => kind === 'phase')
    .map(({ name, startUs, endUs }) => ({ name, fromUs: startUs, toUs: endUs }));
  return braillePlot({
    series,
    widthCells,
    heightCells: 24,
    fromUs: 0,
    toUs: lastUs,
    colours: true,
    theme: 'dark',
    bands,
  }).join('\n');
}
