import { type Command, Option } from 'commander';
import type { Theme } from '../../draw/colours.js';
import { usageError } from '../../errors.js';
import type { FigurePlaces } from '../../report/figure/draw.js';
import type { FigureStyle } from '../../report/figure/figure-of.js';
import type { Rolling } from '../../report/figure/rolling.js';
import { parseDurationMs } from '../../units.js';
import { checked, outputOption } from '../options.js';

export interface FigureOptions extends FigurePlaces {
  readonly size: { readonly widthCm: number; readonly heightCm: number };
  readonly dpi: number;
  readonly theme: Theme;
  readonly title: string;
  readonly series?: string;
  readonly rolling?: Rolling;
}

const cmPer: Readonly<Record<string, number>> = { cm: 1, mm: 0.1, in: 2.54 };
const limits = { shortestCm: 3, longestCm: 200, leastDpi: 50, mostDpi: 2400, mostPixels: 100e6 };
const defaultSize = { widthCm: 16, heightCm: 9 };

/** `16x9cm`, `160x90mm`, `3.5x2.5in`. */
function parseSize(text: string): FigureOptions['size'] {
  const match = /^(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(cm|mm|in)$/.exec(text.trim());
  const [widthCm = Number.NaN, heightCm = Number.NaN] = match
    ? [match[1], match[2]].map((each) => Number(each) * cmPer[match[3]!]!)
    : [];
  if (![widthCm, heightCm].every((cm) => cm >= limits.shortestCm && cm <= limits.longestCm))
    throw usageError(
      `'${text}' is not a size: width x height and a unit (cm, mm, in), from ${limits.shortestCm} to ${limits.longestCm} cm each, such as 16x9cm`,
    );
  return { widthCm, heightCm };
}

function parseDpi(text: string): number {
  const dpi = Number(text);
  if (!(Number.isInteger(dpi) && dpi >= limits.leastDpi && dpi <= limits.mostDpi))
    throw usageError(
      `'${text}' is not a resolution: whole dots per inch from ${limits.leastDpi} to ${limits.mostDpi}, such as 300`,
    );
  return dpi;
}

/** `200` samples, or `0.5s`. */
function parseRolling(text: string): Rolling {
  if (/^\d+$/.test(text.trim())) {
    const samples = Number(text);
    if (samples >= 1 && samples <= 1e9) return { samples };
  } else {
    const us = parseDurationMs(text) * 1e3;
    if (us >= 1) return { us };
  }
  throw usageError(`'${text}' is no length of a mean: samples, such as 200, or a time, such as 0.5s`);
}

export const rollingOption = () =>
  new Option(
    '--rolling <n|time>',
    'in figures and pages draw a mean that moves along, over so many samples (200) or so long (0.5s), before the raw range',
  ).argParser(checked(parseRolling));

/** What `report` has for figures; `--rolling` is of other pictures too. */
export const addFigureOptions = (command: Command): Command =>
  command
    .addOption(outputOption('--svg <file>', 'a figure for a paper'))
    .addOption(outputOption('--png <file>', 'the same as pixels'))
    .addOption(
      new Option('--size <w>x<h>cm', "the figure's size")
        .argParser(checked(parseSize))
        .default(defaultSize, '16x9cm'),
    )
    .addOption(
      new Option('--dpi <n>', "the figure's pixels per inch").argParser(checked(parseDpi)).default(300),
    )
    .addOption(
      new Option('--theme <theme>', "the figure's ground").choices(['light', 'dark']).default('light'),
    )
    .option('--title <text>', 'a title above the figure', '')
    .option(
      '--series <names>',
      "what the figure shows: names and globs, such as 'system,gpu,eps*' (default: the components)",
    );

/** @throws UserError (usage) for more pixels than a picture can have */
export function figureStyle({ size, dpi, theme, title, series, rolling }: FigureOptions): FigureStyle {
  const pixels = (size.widthCm / cmPer.in!) * (size.heightCm / cmPer.in!) * dpi ** 2;
  if (pixels > limits.mostPixels)
    throw usageError(
      `a figure of this size at ${dpi} dpi has ${Math.round(pixels / 1e6)} million pixels; at most ${limits.mostPixels / 1e6}`,
    );
  return { ...size, dpi, theme, title, series, rolling };
}

export const figureHelp = `  $ powerlog report run.plog --svg run.svg --png run.png            a figure, 16 x 9 cm, 300 dpi
  $ powerlog report run.plog --png run.png --size 8.5x6cm --dpi 600 --series 'gpu,pcie*' --rolling 0.5s
  $ powerlog report a.plog b.plog --svg both.svg --from 10s --to 60s --theme dark`;
