import { plural } from '../units.js';

/** Readings as they are worked on. */
export interface Readings {
  timeUs: Float64Array;
  value: Float64Array;
  stampUs: Float64Array | null;
}

/** More of the instants than this that are the same as the one before come from a clock with too few digits. */
const sharedShare = 0.2;

/**
 * Puts readings in the order of their instants, none of which is there twice.
 * @param resolutionUs of the instants
 * @param remark is told what was done
 * @returns whether instants were laid between those that the file tells, too
 */
export function inOrder(
  readings: Readings,
  resolutionUs: number,
  remark: (text: string) => void,
): { readonly readings: Readings; readonly isSpread: boolean } {
  const sorted = sortedByTime(readings, remark);
  const { timeUs } = sorted;
  let equal = 0;
  for (let n = 1; n < timeUs.length; n++) if (timeUs[n] === timeUs[n - 1]) equal++;
  if (equal === 0) return { readings: sorted, isSpread: false };
  if (equal > sharedShare * timeUs.length) {
    remark(
      `${plural(equal, 'reading')} bear the instant of the one before: those of one instant are spread evenly up to the next`,
    );
    return { readings: rising({ ...sorted, timeUs: spread(timeUs, resolutionUs) }), isSpread: true };
  }
  remark(`of ${plural(equal + 1, 'reading')} that share an instant with another the last is taken`);
  return { readings: kept(sorted, (n) => timeUs[n] !== timeUs[n + 1]), isSpread: false };
}

function sortedByTime(readings: Readings, remark: (text: string) => void): Readings {
  const { timeUs } = readings;
  let back = 0;
  for (let n = 1; n < timeUs.length; n++) if (timeUs[n]! < timeUs[n - 1]!) back++;
  if (back === 0) return readings;
  remark(
    `time runs back ${plural(back, 'time')} in the file: the readings are put in the order of their instants`,
  );
  const order = Uint32Array.from(timeUs.keys()).sort((a, b) => timeUs[a]! - timeUs[b]! || a - b);
  const arranged = (column: Float64Array) => Float64Array.from(order, (n) => column[n]!);
  return {
    timeUs: arranged(timeUs),
    value: arranged(readings.value),
    stampUs: readings.stampUs && arranged(readings.stampUs),
  };
}

/** Without those that are too near to the one before for their instants to differ. */
function rising(readings: Readings): Readings {
  const { timeUs } = readings;
  return kept(readings, (n) => n === 0 || timeUs[n]! > timeUs[n - 1]!);
}

/** Those for which `wanted` holds. */
function kept({ timeUs, value, stampUs }: Readings, wanted: (n: number) => boolean): Readings {
  const only = (column: Float64Array) => column.filter((_, n) => wanted(n));
  return { timeUs: only(timeUs), value: only(value), stampUs: stampUs && only(stampUs) };
}

/** Instants that are shared, laid evenly from there to the next, or to where the clock would have ticked. */
function spread(timeUs: Float64Array, resolutionUs: number): Float64Array {
  const even = timeUs.slice();
  for (let first = 0; first < timeUs.length; ) {
    let behind = first + 1;
    while (behind < timeUs.length && timeUs[behind] === timeUs[first]) behind++;
    const next = behind < timeUs.length ? timeUs[behind]! : Number.POSITIVE_INFINITY;
    const lengthUs = Math.min(next - timeUs[first]!, Math.max(resolutionUs, 1));
    for (let n = first; n < behind; n++) even[n]! += ((n - first) / (behind - first)) * lengthUs;
    first = behind;
  }
  return even;
}

/** After how many joules counters are known to begin again: RAPL's usual range, and 32 bits of microjoules. */
const wrapsJ = [262_143.328_85, 2 ** 32 / 1e6];

/** A counter's joules that only grow: counted on over wraps; where it began anew, its longest stretch. */
export function unwrapped(readings: Readings, remark: (text: string) => void): Readings {
  const { value } = readings;
  const counted = value.slice();
  const breaks = [0];
  let [before, more] = [Number.NaN, 0];
  for (let n = 0; n < value.length; n++) {
    const joules = value[n]!;
    if (Number.isNaN(joules)) continue;
    if (joules < before) {
      const wrapJ = wrapsJ.find((each) => before > 0.9 * each && before <= each && joules < 0.1 * each);
      if (wrapJ === undefined) breaks.push(n);
      more = wrapJ === undefined ? 0 : more + wrapJ;
    }
    counted[n] = joules + more;
    before = joules;
  }
  if (breaks.length === 1) return { ...readings, value: counted };
  const stretches = breaks.map((from, n) => ({ from, behind: breaks[n + 1] ?? value.length }));
  const longest = stretches.reduce((a, b) => (b.behind - b.from > a.behind - a.from ? b : a));
  remark(
    `the counter begins anew ${plural(breaks.length - 1, 'time')}: only its longest stretch, ${plural(longest.behind - longest.from, 'reading')}, is taken`,
  );
  return kept({ ...readings, value: counted }, (n) => n >= longest.from && n < longest.behind);
}
