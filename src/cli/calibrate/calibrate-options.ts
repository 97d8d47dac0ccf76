import { Option } from 'commander';
import type { ReferenceAccuracy } from '../../calibrate/calibrate-rail.js';
import { usageError } from '../../errors.js';
import { parseDurationMs, parsePercent } from '../../units.js';
import { checked } from '../options.js';

export interface CalibrateOptions {
  readonly port: string;
  readonly link: 'auto' | 'tty' | 'stream';
  readonly rail: string;
  readonly out: string;
  readonly recording?: string;
  readonly points?: string;
  readonly zero?: true;
  /** How long the board is sampled at each load, ms. */
  readonly sample: number;
  readonly reference?: string;
  readonly referenceAccuracy: ReferenceAccuracy;
  readonly force?: true;
}

const mostShare = 0.1;

/** `0.3%`, of volts and amperes alike, or `0.1%,0.8%`. */
function parseReferenceAccuracy(text: string): ReferenceAccuracy {
  const shares = text.split(',').map(parsePercent);
  const [voltage, current = voltage] = shares;
  if (shares.length > 2 || shares.some((share) => share > mostShare))
    throw usageError(
      `'${text}' is not how accurate a reference is: a percentage up to 10%, or two, of its volts and of its amperes, such as 0.1%,0.8%`,
    );
  return { voltage: voltage!, current: current! };
}

const shortestMs = 100;

export const railOption = () =>
  new Option(
    '--rail <name>',
    'the rail that the load and the meter are on, such as eps1',
  ).makeOptionMandatory();
export const referenceAccuracyOption = () =>
  new Option(
    '--reference-accuracy <percent>',
    "of the meter's readings, as its data sheet says: 0.3%, or of volts and amperes: 0.1%,0.8%",
  )
    .argParser(checked(parseReferenceAccuracy))
    .makeOptionMandatory();
export const referenceOption = () =>
  new Option(
    '--reference <text>',
    'what the board is held against, for those who read the file: its make, its number',
  );
export const sampleOption = () =>
  new Option('--sample <time>', 'how long the board is sampled at each load').default(3000, '3s').argParser(
    checked((text: string) => {
      const ms = parseDurationMs(text);
      if (ms < shortestMs)
        throw usageError(`'${text}' is too short to tell a mean from; the shortest is ${shortestMs}ms`);
      return ms;
    }),
  );
