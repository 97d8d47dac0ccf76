/** Means of intervals. `timeUs` is the middle of each, rounded down. */
interface MeanRows {
  readonly timeUs: Float64Array;
  readonly intervalUs: Float64Array;
  readonly count: number;
}

/** Two samples for each of some means that follow one another: where it begins and where it ends. */
interface Steps {
  readonly timeUs: Float64Array;
  readonly powersMw: readonly Float64Array[];
  /** Whether nothing was measured between what was before and these. */
  readonly isBehindGap: boolean;
}

/**
 * Means as the steps that they are, apart where they do not follow one another.
 * @param lastUs where what was before ended
 */
export function* stepsOf(
  { timeUs, intervalUs, count }: MeanRows,
  powersMw: readonly (Int32Array | Float64Array)[],
  lastUs: number,
): Generator<Steps> {
  const begin = (row: number) => timeUs[row]! - Math.floor(intervalUs[row]! / 2);
  const end = (row: number) => begin(row) + intervalUs[row]!;
  for (let from = 0, endedUs = lastUs; from < count; ) {
    let to = from + 1;
    while (to < count && begin(to) <= end(to - 1)) to++;
    const times = new Float64Array(2 * (to - from));
    for (let row = from; row < to; row++) times.set([begin(row), end(row)], 2 * (row - from));
    const doubled = powersMw.map((column) => {
      const steps = new Float64Array(times.length);
      for (let n = 0; n < steps.length; n++) steps[n] = column[from + (n >> 1)]!;
      return steps;
    });
    const isBehindGap = begin(from) > endedUs;
    if (isBehindGap) {
      // Alone, since what comes behind it is no gap however long an interval is.
      yield { timeUs: times.slice(0, 1), powersMw: doubled.map((column) => column.slice(0, 1)), isBehindGap };
      yield {
        timeUs: times.slice(1),
        powersMw: doubled.map((column) => column.slice(1)),
        isBehindGap: false,
      };
    } else yield { timeUs: times, powersMw: doubled, isBehindGap };
    endedUs = end(to - 1);
    from = to;
  }
}
