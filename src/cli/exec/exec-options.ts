import { Option } from 'commander';
import { usageError } from '../../errors.js';
import { checkPattern } from '../../exec/output/pattern.js';
import type { Cooldown } from '../../exec/runs/experiment.js';
import { parseDurationMs, parseEnergyJ, parsePercent } from '../../units.js';
import type { OnAlarmOptions } from '../alarms/on-alarm.js';
import type { WireOptions } from '../alarms/wire-options.js';
import type { FeedOptions } from '../feeds/feeds.js';
import { checked, type SamplingOptions, type SensorOptions } from '../options.js';

/** Options of `exec` alone. */

function parseCount(least: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (!(count >= least)) throw usageError(`'${text}' is not a number of runs from ${least} to 999999`);
    return count;
  };
}

/** `--baseline`: how long, or which file; a name that looks like a duration is one. */
export type BaselineOption = { readonly durationMs: number } | { readonly path: string };

export interface ExecOptions
  extends SamplingOptions,
    SensorOptions,
    FeedOptions,
    WireOptions,
    OnAlarmOptions {
  readonly out?: string;
  readonly capture?: string;
  readonly columns: string;
  readonly average?: number;
  readonly baseline: BaselineOption;
  readonly runs: number;
  readonly warmup: number;
  readonly cooldown?: Cooldown;
  readonly prepare?: readonly string[];
  readonly conclude?: readonly string[];
  readonly ignoreFailure?: true;
  readonly markOutput?: readonly string[];
  readonly compare?: true;
  readonly exportJson?: string;
  readonly exportMarkdown?: string;
  readonly exportCsv?: string;
  readonly maxEnergy?: number;
  readonly minCoverage?: number;
  readonly maxRegression?: number;
  readonly baselineRun?: string;
  readonly strict?: true;
  readonly live?: true;
  readonly force?: true;
  readonly quiet?: true;
}

function parseBaseline(text: string): BaselineOption {
  if (text === '0') return { durationMs: 0 };
  if (/^[\d.]+ *[a-z]*$/i.test(text)) return { durationMs: parseDurationMs(text) };
  return { path: text };
}

function parseCooldown(text: string): Cooldown {
  return text === 'idle' ? { kind: 'idle' } : { kind: 'time', durationMs: parseDurationMs(text) };
}

export const baselineOption = () =>
  new Option(
    '--baseline <time|file>',
    'idle power: measured this long before the start (0: not), or of a summary',
  )
    .default({ durationMs: 2000 }, '2s')
    .argParser(checked(parseBaseline));

export const runsOption = () =>
  new Option('--runs <n>', 'run the command this often').default(1).argParser(checked(parseCount(1)));

export const warmupOption = () =>
  new Option('--warmup <n>', 'runs before those, which do not count')
    .default(0)
    .argParser(checked(parseCount(0)));

export const cooldownOption = () =>
  new Option(
    '--cooldown <time|idle>',
    'wait between runs: this long, or until power is back at the baseline',
  ).argParser(checked(parseCooldown));

const oneMore = (line: string, lines: readonly string[] = []): readonly string[] => [...lines, line];

export const prepareOption = () =>
  new Option(
    '--prepare <command>',
    'shell command before each run, not measured; once for all commands of --compare, or once for each',
  ).argParser(oneMore);

export const concludeOption = () =>
  new Option('--conclude <command>', 'the same after each run').argParser(oneMore);

export const markOutputOption = () =>
  new Option(
    '--mark-output <regex>',
    "marks from lines of the command's standard output: groups named begin, end, point, count; repeatable",
  ).argParser((text: string, patterns: readonly string[] = []) => [...patterns, checked(checkPattern)(text)]);

export const maxEnergyOption = () =>
  new Option('--max-energy <energy>', 'end with code 7 where the system took more, such as 12kJ').argParser(
    checked(parseEnergyJ),
  );

export const maxRegressionOption = () =>
  new Option(
    '--max-regression <percent>',
    'end with code 7 where it took so much more than --baseline-run',
  ).argParser(checked(parsePercent));
