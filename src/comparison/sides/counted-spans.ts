import type { ComparedSpan, ReadingTrace } from '../../compare/comparison.js';
import { firstAbove, firstAtLeast } from '../../measure/stretch/sorted.js';

/** A time, and what a counter counted in it. */
export interface CountedSpan extends ComparedSpan {
  readonly energyJ: number;
}

type Counter = Pick<ReadingTrace, 'timeUs' | 'value' | 'begins'>;

/** Readings of one counter, from one place to before another: of several runs one each, else all. */
export const stretchesOf = ({ timeUs, begins = [0] }: Pick<Counter, 'timeUs' | 'begins'>) =>
  begins.map((from, n) => ({ from, behind: begins[n + 1] ?? timeUs.length }));

/** Of each part and each run, from the first reading that lies in it to the last; none of what was not read twice. */
export function countedSpans(counter: Counter, parts: readonly ComparedSpan[]): CountedSpan[] {
  const { timeUs, value } = counter;
  return parts.flatMap(({ startUs, endUs }) =>
    stretchesOf(counter).flatMap(({ from, behind }) => {
      let first = Math.max(from, firstAtLeast(timeUs, startUs));
      let last = Math.min(behind, firstAbove(timeUs, endUs)) - 1;
      while (first < last && Number.isNaN(value[first]!)) first++;
      while (first < last && Number.isNaN(value[last]!)) last--;
      return first < last
        ? [{ startUs: timeUs[first]!, endUs: timeUs[last]!, energyJ: value[last]! - value[first]! }]
        : [];
    }),
  );
}
