import { Option } from 'commander';
import type { CompareOptions } from '../../comparison/compare-files.js';
import type { FigurePlaces } from '../../report/figure/draw.js';
import { parsePercent } from '../../units.js';
import { checked, outputOption } from '../options.js';

export interface ComparedOptions extends CompareOptions, FigurePlaces {
  readonly json?: string;
  readonly maxRegression?: number;
  readonly force?: true;
}

export const columnAOption = () =>
  new Option(
    '--column-a <column>',
    'what of A is compared: a component (gpu), a rail, or a column by name or place',
  );
export const columnBOption = () =>
  new Option(
    '--column-b <column>',
    "the same of B; NAME@DEVICE for one of several devices, such as 'power.draw@1'",
  );
export const timeBOption = () => new Option('--time-b <column>', 'the column of B that says when');
export const unitBOption = () =>
  new Option('--unit-b <unit>', 'what the numbers of B are in: W, mW, kW, µW, J, mJ, Wh …');
export const tzBOption = () =>
  new Option('--tz-b <zone>', "the zone of B's clock: UTC, local, +02:00, or a name such as Europe/Berlin");
export const jsonOption = () => outputOption('--json <file>', 'the figures; - is standard output');
export const svgOption = () =>
  outputOption('--svg <file>', 'both traces as they came, and smoothed and aligned');
export const pngOption = () => outputOption('--png <file>', 'the same as pixels');
export const maxRegressionOption = () =>
  new Option(
    '--max-regression <percent>',
    'of recordings of runs: end with code 7 where the system took so much more than in the first',
  ).argParser(checked(parsePercent));
