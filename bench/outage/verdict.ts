import type { Expected } from './expected.js';
import type { Series } from './servers.js';

/** What a database has, held against what it should have, point by point: a point is one column at one stamp. */
export interface Verdict {
  readonly rows: number;
  readonly points: number;
  readonly missing: number;
  readonly twice: number;
  /** Where no row is, before the last one. */
  readonly foreign: number;
  readonly unordered: number;
  /** W, and of lengths s. */
  readonly largestDifference: number;
  /** Rows behind the capture's last, which a powerlog that was killed had sent, or kept to send, before it wrote them there. */
  readonly later: number;
}

export function judge(expected: Expected, found: ReadonlyMap<string, Series>): Verdict {
  const verdict = {
    points: 0,
    missing: 0,
    twice: 0,
    foreign: 0,
    unordered: 0,
    largestDifference: 0,
    later: 0,
  };
  const rowAt = new Map(expected.stamps.map((stamp, row) => [stamp, row]));
  const lastStamp = expected.stamps.at(-1)!;
  for (const [name, values] of expected.columns) {
    const { stamps, watts } = found.get(name)!;
    const seen = new Uint32Array(values.length);
    const beyond = new Set<number>();
    for (const [n, stamp] of stamps.entries()) {
      if (n > 0 && stamp < stamps[n - 1]!) verdict.unordered++;
      const row = rowAt.get(stamp);
      if (row === undefined) {
        if (stamp <= lastStamp) verdict.foreign++;
        else if (beyond.has(stamp)) verdict.twice++;
        beyond.add(stamp);
        continue;
      }
      if (seen[row]!++ > 0) verdict.twice++;
      verdict.largestDifference = Math.max(verdict.largestDifference, Math.abs(watts[n]! - values[row]!));
    }
    verdict.points += seen.filter((times) => times > 0).length;
    verdict.missing += seen.filter((times) => times === 0).length;
    verdict.later = Math.max(verdict.later, [...beyond].filter((stamp) => stamp > lastStamp).length);
  }
  return { rows: expected.stamps.length, ...verdict };
}

/** Intervals that reach into the one before them: the same time twice, by ms. */
export function overlaps(found: ReadonlyMap<string, Series>): number {
  const { stamps, watts: lengthsS } = found.get('interval_s')!;
  const byTime = stamps.map((stamp, n) => ({ stamp, startMs: stamp - lengthsS[n]! * 1000 }));
  byTime.sort((a, b) => a.stamp - b.stamp);
  return byTime.slice(1).filter(({ startMs }, n) => startMs < byTime[n]!.stamp - 1.5).length;
}

/** Whether two looks at a database found the same. */
export function isSame(before: ReadonlyMap<string, Series>, after: ReadonlyMap<string, Series>): boolean {
  const sorted = ({ stamps, watts }: Series) =>
    stamps
      .map((stamp, n) => `${stamp} ${watts[n]}`)
      .sort()
      .join();
  return [...before].every(([name, series]) => sorted(series) === sorted(after.get(name)!));
}
