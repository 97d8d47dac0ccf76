import type { ReadingTrace, ReferenceTrace } from '../compare/comparison.js';
import { plural } from '../units.js';
import { countedSpans, stretchesOf } from './sides/counted-spans.js';

/** Of counters of several runs, which of these cannot be compared with A, a sentence each. */
export function runsLeftOut(reference: ReferenceTrace, readings: ReadingTrace, nameA: string): string[] {
  if (!readings.begins || reference.timeUs.length === 0) return [];
  const { timeUs, value } = readings;
  const reach = { startUs: reference.timeUs[0]!, endUs: reference.timeUs.at(-1)! };
  const runs = stretchesOf(readings);
  let [away, across] = [0, 0];
  for (const { from, behind } of runs) {
    const own = { timeUs: timeUs.subarray(from, behind), value: value.subarray(from, behind) };
    if (countedSpans(own, [reach]).length > 0) continue;
    if (own.timeUs[0]! >= reach.endUs || own.timeUs.at(-1)! <= reach.startUs) away++;
    else across++;
  }
  const all = plural(runs.length, 'run');
  const why = [
    [across, `began before ${nameA} or ended after it, so that what was counted within it cannot be told`],
    [away, `lay outside of the time of ${nameA}`],
  ] as const;
  return why.flatMap(([count, text]) => (count > 0 ? [`left out: ${count} of ${all}, which ${text}`] : []));
}
