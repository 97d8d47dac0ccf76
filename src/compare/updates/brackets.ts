import type { Polls } from './polls.js';

/** Between which two polls the value changed: an update lies there. */
export interface Brackets {
  readonly count: number;
  /** The last poll with the old value and the first with the new one, µs. */
  readonly lowUs: Float64Array;
  readonly highUs: Float64Array;
  /** The first poll with the new value. */
  readonly poll: Int32Array;
  /** Of the pairs of neighbouring polls, the share that changed. */
  readonly changedShare: number;
}

/** Polls further apart than this many intervals bracket nothing. */
const widestBracket = 2.5;

export function bracketsOf({ timeUs, value, intervalUs }: Polls): Brackets {
  const low: number[] = [];
  const high: number[] = [];
  const poll: number[] = [];
  let pairs = 0;
  for (let n = 1; n < timeUs.length; n++) {
    if (timeUs[n]! - timeUs[n - 1]! > widestBracket * intervalUs) continue;
    pairs++;
    if (value[n]! === value[n - 1]!) continue;
    low.push(timeUs[n - 1]!);
    high.push(timeUs[n]!);
    poll.push(n);
  }
  return {
    count: poll.length,
    lowUs: Float64Array.from(low),
    highUs: Float64Array.from(high),
    poll: Int32Array.from(poll),
    changedShare: pairs === 0 ? 0 : poll.length / pairs,
  };
}

/** Where the updates lie, about. */
export const middlesOf = ({ lowUs, highUs }: Brackets): Float64Array =>
  Float64Array.from(lowUs, (us, n) => (us + highUs[n]!) / 2);
