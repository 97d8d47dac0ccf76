import type { Readings } from '../model/readings.js';

/** The time that each reading stands for on the drawn curve, on B's axis, µs. */
export interface Cells {
  readonly fromUs: Float64Array;
  readonly toUs: Float64Array;
}

/** Polls further apart than this many times the usual leave a hole between them; of updates, one that was missed does. */
const holeInPolls = 2.5;
const holeInUpdates = 1.5;

/**
 * The cells of readings that are held up to the next one, or of polls that lie in the middle of theirs. What a counter counted up to a
 * reading is drawn from there on, as long as it took.
 * @param usualUs the usual spacing of the readings
 */
export function cellsOf({ count, timeUs, spanUs, holdUs }: Readings, usualUs: number): Cells {
  const fromUs = new Float64Array(count);
  const toUs = new Float64Array(count);
  const widestUs = (holdUs > 0 ? holeInUpdates : holeInPolls) * usualUs;
  for (let n = 0; n < count; n++) {
    const us = timeUs[n]!;
    const nextUs = n + 1 < count && timeUs[n + 1]! - us <= widestUs ? timeUs[n + 1]! : Number.NaN;
    const lastUs = n > 0 && us - timeUs[n - 1]! <= widestUs ? timeUs[n - 1]! : Number.NaN;
    if (spanUs) {
      fromUs[n] = us - spanUs[n]! + holdUs;
      toUs[n] = us + holdUs;
    } else if (holdUs > 0) {
      fromUs[n] = us;
      toUs[n] = Number.isNaN(nextUs) ? us + holdUs : nextUs;
    } else {
      fromUs[n] = Number.isNaN(lastUs) ? us : (lastUs + us) / 2;
      toUs[n] = Number.isNaN(nextUs) ? us : (us + nextUs) / 2;
    }
  }
  return { fromUs, toUs };
}

/** The cells of readings as they lie: what a counter counted is of the time in which it did, without a lag. */
export function cellsAsCounted(readings: Readings, usualUs: number): Cells {
  const { fromUs, toUs } = cellsOf(readings, usualUs);
  const { spanUs, holdUs } = readings;
  const early = (us: Float64Array) => (spanUs ? us.map((each) => each - holdUs) : us);
  return { fromUs: early(fromUs), toUs: early(toUs) };
}
