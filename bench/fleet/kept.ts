import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { powerlog } from '../workshop.js';
import { components, type Left } from './bench.js';
import { extremesOf, type Interval } from './extremes.js';

/** What a bench wrote, by what it kept for itself. */
export interface Written {
  readonly host: string;
  readonly stampsMs: readonly number[];
  /** By the field's name. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Kept {
  readonly written: Written;
  readonly samples: number;
  readonly bytes: number;
}

/** Columns by their names. */
type Table = ReadonlyMap<string, readonly number[]>;

/**
 * Reads an agent's capture: the means and their intervals are those of `replay --average`, the extremes are looked for here in every
 * sample. @throws Error where the agent counted other samples than its capture has
 */
export async function keptBy({ host, capture, samples }: Left, meansHz: number): Promise<Kept> {
  const [means, every] = await Promise.all([
    replayed(capture, 'means.csv', '--average', `${1000 / meansHz}ms`),
    replayed(capture, 'samples.csv'),
  ]);
  const timesUs = wholeOf(every, 'time_s', 1e6);
  if (timesUs.length !== samples)
    throw new Error(`${host} counted ${samples} samples, and its capture has ${timesUs.length}`);
  const widthsUs = wholeOf(means, 'interval_s', 1e6);
  // A row of the file stands in its interval's middle, rounded down; a point at its end.
  const intervals = wholeOf(means, 'time_s', 1e6).map((middleUs, row): Interval => {
    const startUs = middleUs - Math.floor(widthsUs[row]! / 2);
    return { startUs, endUs: startUs + widthsUs[row]! };
  });
  const stampsMs = wholeOf(means, 'unix_time_s', 1e6).map(
    (middleUs, row) => (middleUs + Math.ceil(widthsUs[row]! / 2)) / 1000,
  );
  const values: Record<string, readonly number[]> = { interval_s: columnOf(means, 'interval_s') };
  for (const name of components.map((component) => `${component}_power_w`)) {
    const { lows, highs } = extremesOf(timesUs, wholeOf(every, name, 1000), intervals);
    values[name] = columnOf(means, name);
    values[`${name}_min`] = lows.map((mw) => mw / 1000);
    values[`${name}_max`] = highs.map((mw) => mw / 1000);
  }
  return { written: { host, stampsMs, values }, samples, bytes: statSync(capture).size };
}

async function replayed(capture: string, name: string, ...options: readonly string[]): Promise<Table> {
  const out = join(dirname(capture), name);
  const args = ['replay', capture, '--columns', 'power', '--out', out, '--quiet', ...options];
  const child = spawn(process.execPath, [powerlog, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`replay of ${capture} ended with ${status}`);
  const [head, ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  return new Map(head!.split(',').map((column, n) => [column, rows.map((row) => row[n]!)]));
}

function columnOf(table: Table, name: string): readonly number[] {
  const column = table.get(name);
  if (!column) throw new Error(`a capture without ${name}`);
  return column;
}

/** In whole units of so many a second, or a watt. */
const wholeOf = (table: Table, name: string, units: number): number[] =>
  columnOf(table, name).map((value) => Math.round(value * units));
