import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { bin } from '../../cli/run.js';
import type { Cells } from './board.js';

export interface Recorded {
  readonly code: number | null;
  readonly err: string;
  /** The CSV as it lies there. */
  readonly csv: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  // biome-ignore lint/suspicious/noExplicitAny: A summary is whatever was written; the tests say what it must hold.
  readonly summary: any;
}

export interface Recorder {
  /** Until the CSV has so many rows, or the recording has ended. */
  hasRows(count: number): Promise<void>;
  /** Ends it as Ctrl-C does, where it has not ended by itself; what it left. */
  stop(): Promise<Recorded>;
  /** Waits for its own end. */
  ended(): Promise<Recorded>;
}

/** Starts `powerlog record` into `run.csv` and `run.plog` of a folder. */
export function startRecording(folder: string, port: string, ...more: readonly string[]): Recorder {
  const csvPath = join(folder, 'run.csv');
  const outputs = ['--out', csvPath, '--capture', join(folder, 'run.plog'), '--columns', 'all', '--quiet'];
  const args = [bin, 'record', '--port', port, ...outputs, ...more];
  let [err, isOver, isStopped] = ['', false, false];
  let child: ChildProcess;
  onTestFinished(() => {
    isStopped = true;
    child.kill('SIGKILL');
  });
  const begun = async (): Promise<number | null> => {
    err = '';
    child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    // A machine that leaves the board no time to answer is asked again, as its user would.
    if (!isStopped && err.includes('nothing answered WELCOME')) return begun();
    isOver = true;
    return code;
  };
  const over = begun();
  const ended = async (): Promise<Recorded> => {
    const code = await over;
    const csv = readOr(csvPath, '\n');
    const [header, ...rows] = csvRows(csv);
    const summary = JSON.parse(readOr(join(folder, 'run.summary.json'), 'null'));
    return { code, err, csv, columns: header ?? [], rows, summary };
  };
  return {
    async hasRows(count) {
      while (!isOver && readOr(csvPath, '').split('\n').length - 2 < count) await sleep(50);
    },
    stop() {
      isStopped = true;
      child.kill('SIGINT');
      return ended();
    },
    ended,
  };
}

/** Rows of a CSV of ours: nothing in it is quoted. */
export function csvRows(csv: string): string[][] {
  expect(csv.endsWith('\n')).toBe(true);
  return csv
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split(','));
}

/** Which of a board's frames each row shows, by its cells alone; a row that is none of them is -1. */
export function framesOf({ columns, rows }: Recorded, played: readonly Cells[]): number[] {
  expect(columns).toEqual(['time_s', 'unix_time_s', ...Object.keys(played[0]!)]);
  const numbers = new Map(played.map((cells, n) => [Object.values(cells).join(), n]));
  return rows.map((row) => numbers.get(row.slice(2).join()) ?? -1);
}

/** How often a frame does not follow the one before in the order in which they were served: each time, something was lost. */
export const skips = (numbers: readonly number[], frames: number): number =>
  numbers.slice(1).filter((number, n) => number !== (numbers[n]! + 1) % frames).length;

/** The faults in a recording; a machine that is too busy to answer in time makes some of its own. */
export function faultsIn(events: readonly RecordingEvent[]) {
  const faults = events.filter((event) => event.type === 'fault');
  const busy = faults.filter(({ kind }) => ['no-reply', 'late-reply', 'overrun'].includes(kind));
  return { all: faults.length, ofTheBoard: faults.length - busy.length };
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise; // not made yet, or never
  }
}
