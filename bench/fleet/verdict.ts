import { firstAtLeast } from '#powerlog/measure/stretch/sorted.js';
import type { Series } from './asking.js';
import { fields } from './bench.js';
import type { Written } from './kept.js';

/** What was written held against what can be read. */
export interface Verdict {
  readonly written: number;
  readonly read: number;
  readonly missing: number;
  readonly twice: number;
  /** That nobody wrote, or with another value. */
  readonly wrong: number;
}

/** What is kept has stamps in µs, the database in ms. */
const sameStampMs = 1.5;

/** Every series of every bench, point by point. */
export function judge(written: readonly Written[], read: readonly Series[]): Verdict {
  const verdict = { written: 0, read: 0, missing: 0, twice: 0, wrong: 0 };
  for (const bench of written)
    for (const field of fields) {
      const found = read.filter(
        ({ labels }) => labels.host === bench.host && labels.__name__ === `powerlog_${field}`,
      );
      verdict.written += bench.stampsMs.length;
      verdict.read += found.reduce((sum, { stampsMs }) => sum + stampsMs.length, 0);
      compare(bench.stampsMs, bench.values[field]!, found, verdict);
    }
  return verdict;
}

function compare(
  stampsMs: readonly number[],
  values: readonly number[],
  found: readonly Series[],
  verdict: { missing: number; twice: number; wrong: number },
): void {
  const rowsMs = Float64Array.from(stampsMs);
  const seen = new Uint32Array(stampsMs.length);
  for (const series of found)
    for (const [n, atMs] of series.stampsMs.entries()) {
      const isValue = (row: number) => values[row] === series.values[n];
      const near = rowsAbout(rowsMs, atMs).filter(isValue);
      // Where intervals are cut, rows lie closer than stamps are rounded by: each is one point's.
      const row = near.find((each) => seen[each] === 0) ?? near[0];
      if (row === undefined) verdict.wrong++;
      else seen[row]!++;
    }
  for (const times of seen) {
    if (times === 0) verdict.missing++;
    if (times > 1) verdict.twice += times - 1;
  }
}

/** All that may be meant by a stamp, in their order. */
function rowsAbout(stampsMs: Float64Array, atMs: number): number[] {
  const rows: number[] = [];
  for (let row = firstAtLeast(stampsMs, atMs - sameStampMs); stampsMs[row]! <= atMs + sameStampMs; row++)
    rows.push(row);
  return rows;
}

/** What a bench had written until then. */
export function upTo(bench: Written, untilMs: number): Written {
  const count = bench.stampsMs.filter((at) => Math.floor(at) <= untilMs).length;
  const values = Object.entries(bench.values).map(([name, all]) => [name, all.slice(0, count)] as const);
  return { ...bench, stampsMs: bench.stampsMs.slice(0, count), values: Object.fromEntries(values) };
}

export function seriesUpTo(series: Series, untilMs: number): Series {
  const count = series.stampsMs.filter((at) => at <= untilMs).length;
  return { ...series, stampsMs: series.stampsMs.slice(0, count), values: series.values.slice(0, count) };
}
