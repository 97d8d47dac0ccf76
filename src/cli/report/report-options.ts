import { Option } from 'commander';
import { usageError } from '../../errors.js';
import type { Alignment } from '../../report/align.js';
import type { MapOptions } from '../../session/map/map-choice.js';
import { parseDurationMs } from '../../units.js';
import { type CalibrationOptions, checked, outputOption } from '../options.js';
import type { FigureOptions } from './figure-options.js';

export interface ReportOptions extends MapOptions, CalibrationOptions, FigureOptions {
  readonly html?: string;
  /** Bytes. */
  readonly htmlSize: number;
  readonly json?: string;
  readonly from?: number;
  readonly to?: number;
  readonly phase?: string;
  readonly align?: Alignment;
  readonly offset: readonly number[];
  readonly accuracy?: number;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const usPerMs = 1e3;
const bytesPerMb = 1e6;
const mostMb = 10_000;

/** An instant since the recording began, in whole µs. */
const parseInstantUs = (text: string): number => Math.round(parseDurationMs(text) * usPerMs);

/** `1.5s,-250ms`: of the second run, the third, and so on. */
const parseOffsetsUs = (text: string): number[] =>
  text.split(',').map((each) => {
    const [, sign, time] = /^\s*([+-]?)(.*)$/.exec(each)!;
    return (sign === '-' ? -1 : 1) * parseInstantUs(time!);
  });

function parseAlignment(text: string): Alignment {
  if (text === 'start' || text === 'rise' || text === 'lag') return { kind: text };
  const [, name] = /^mark:(.+)$/s.exec(text) ?? [];
  if (name === undefined)
    throw usageError(`'${text}' is nothing to align at: start, rise, lag, or mark:NAME, such as mark:train`);
  return { kind: 'mark', name };
}

function parseSizeBytes(text: string): number {
  const mb = Number(/^\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:MB)?\s*$/.exec(text)?.[1] ?? Number.NaN);
  if (!(mb > 0 && mb <= mostMb))
    throw usageError(`'${text}' is not a size: megabytes above 0 and up to ${mostMb}, such as 10`);
  return mb * bytesPerMb;
}

export const htmlOption = () => outputOption('--html <file>', 'a page in one file that loads nothing');
export const htmlSizeOption = () =>
  new Option('--html-size <MB>', 'the page measures at most so much; it says how fine its data are')
    .argParser(checked(parseSizeBytes))
    .default(10 * bytesPerMb, '10');
export const jsonOption = () =>
  outputOption('--json <file>', 'the figures, of all or between --from and --to; - is standard output');
export const fromOption = () =>
  new Option('--from <time>', 'from this instant of the first recording on, such as 12.5s or 1m').argParser(
    checked(parseInstantUs),
  );
export const toOption = () =>
  new Option('--to <time>', 'up to this instant of it').argParser(checked(parseInstantUs));
export const phaseOption = () =>
  new Option('--phase <name>', 'from the begin of a phase to its end, instead of --from and --to');
export const alignOption = () =>
  new Option(
    '--align <where>',
    'where several runs are laid over each other: start (usual but for boards of one recording), rise, mark:NAME, or lag: readings moved by as much as they are late',
  ).argParser(checked(parseAlignment));
export const offsetOption = () =>
  new Option(
    '--offset <times>',
    'moves the second run, the third … by these on top of that, such as 1.5s,-250ms',
  )
    .argParser(checked(parseOffsetsUs))
    .default([], 'not at all');
