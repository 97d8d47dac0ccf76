import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { peer, type Workshop } from '../workshop.js';
import { captureReader } from './pages.js';

/** Columns of numbers beside instants in µs. */
export interface Samples {
  /** UTC, of the recording's instant 0. */
  readonly startUnixUs: number;
  readonly unixUs: readonly number[];
  /** Whole mW, by the column's name. */
  readonly powersMw: ReadonlyMap<string, readonly number[]>;
  /** Of each sum's column, the columns of its rails. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/** A capture's samples, and what the CSV beside it says to them. */
export interface Recorded extends Samples {
  /** Rows that are another's in the CSV, as far as both files reach: of a recording that was killed each ends where it ends. */
  readonly differing: number;
  readonly csvRows: number;
}

export function recorded(workshop: Workshop, csvPath: string, capturePath: string): Recorded {
  const capture = readCapture(workshop, capturePath);
  const csv = readCsv(csvPath);
  const both = capture.unixUs.slice(0, csv.unixUs.length);
  const isDiffering = (at: number, row: number) =>
    at !== csv.unixUs[row] ||
    [...csv.powersMw].some(([name, column]) => column[row] !== capture.powersMw.get(name)?.[row]);
  return { ...capture, differing: both.filter(isDiffering).length, csvRows: csv.unixUs.length };
}

/** Cells are fixed-point: without the point they are µs and mW. */
const whole = (cell: string): number => Number(cell.replace('.', ''));

function readCsv(path: string): Pick<Samples, 'unixUs' | 'powersMw'> {
  const { column, names } = readTable(readFileSync(path, 'utf8'));
  const powers = names.filter((name) => name.endsWith('_power_w'));
  return {
    unixUs: column('unix_time_s'),
    powersMw: new Map(powers.map((name) => [name, column(name)])),
  };
}

/** By the reader that `docs/capture-format.md` shows. */
function readCapture(workshop: Workshop, path: string): Samples {
  const reader = workshop.file('capture_reader.py');
  if (!existsSync(reader)) writeFileSync(reader, captureReader);
  const { status, stdout, stderr } = spawnSync(
    workshop.python!,
    [peer('capture_powers.py'), workshop.folder, path],
    { encoding: 'utf8', maxBuffer: 2 ** 29 },
  );
  if (status !== 0) throw new Error(`the page's reader does not read ${path}: ${stderr}`);
  const [first, ...rest] = stdout.split('\n');
  const components = Object.entries(JSON.parse(first!) as Record<string, string[]>);
  const { column, names } = readTable(rest.join('\n'));
  const unixUs = column('unix_us');
  return {
    startUnixUs: unixUs[0]! - column('time_us')[0]!,
    unixUs,
    powersMw: new Map(names.slice(2).map((name) => [name, column(name)])),
    members: new Map(
      [...components, ['system', components.flatMap(([, rails]) => rails)] as const].map(([sum, rails]) => [
        `${sum}_power_w`,
        rails.map((rail) => `${rail}_power_w`),
      ]),
    ),
  };
}

/** Whole rows: behind the last line's end stands what was cut. */
function readTable(text: string) {
  const [head, ...lines] = text.split('\n');
  const names = head!.split(',');
  const rows = lines.slice(0, -1).map((line) => line.split(','));
  const column = (name: string): number[] => {
    const n = names.indexOf(name);
    return rows.map((row) => whole(row[n]!));
  };
  return { names, column };
}
