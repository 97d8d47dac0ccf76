import type { ReadingTrace } from '../comparison.js';
import { median, quantile } from '../quantile.js';
import { type PowerIntegral, wattsPerMw } from '../reference/integral.js';

/** Polls that gave a value which can be one. */
export interface Polls {
  readonly timeUs: Float64Array;
  /** W, or J of a counter. */
  readonly value: Float64Array;
  /** Median spacing, µs. */
  readonly intervalUs: number;
  /** Polls that gave a number which no sensor of this load can have meant. */
  readonly impossible: number;
}

/** A number this many times what the reference reaches is no power of this load. */
const beyondReach = 3;
/** What B says for each W of A, whatever its unit, shows where both are as high as for these shares of the time; where one of two levels ends, it does not. */
const levelShares = [0.5, 0.75, 0.9, 0.98];
/** Where this share of the readings is not above zero, zero is what the sensor means. */
const zeroShareMax = 0.2;
/** The reference comes nowhere near zero when its least power is above this share of its median. */
const farFromZero = 0.15;
/** Samples of the reference that its median is taken of. */
const samplesLookedAt = 20_000;
/** So many polls in a row may be wrong. */
const errorsInRow = 3;

/** Whether a poll says something, by its place and by the last number before it that does. */
type IsPossible = (poll: number, before: number) => boolean;

/** The polls that say something, in the order of their instants. */
export function validPolls(readings: ReadingTrace, reference: PowerIntegral): Polls {
  const { timeUs, value, quantity } = readings;
  const isPossible = quantity === 'power' ? possiblePower(value, reference) : possibleCount(value);
  const times = new Float64Array(timeUs.length);
  const values = new Float64Array(timeUs.length);
  let [count, impossible] = [0, 0];
  for (let n = 0; n < timeUs.length; n++) {
    if (!Number.isFinite(value[n]!) || !Number.isFinite(timeUs[n]!)) continue;
    if (count > 0 && timeUs[n]! <= times[count - 1]!) continue;
    if (!isPossible(n, values[count - 1] ?? Number.POSITIVE_INFINITY)) {
      impossible++;
      continue;
    }
    times[count] = timeUs[n]!;
    values[count++] = value[n]!;
  }
  const spacings = new Float64Array(Math.max(0, count - 1));
  for (let n = 0; n < spacings.length; n++) spacings[n] = times[n + 1]! - times[n]!;
  return {
    timeUs: times.subarray(0, count),
    value: values.subarray(0, count),
    intervalUs: spacings.length === 0 ? Number.NaN : median(spacings),
    impossible,
  };
}

/** Zeros where the load never rests, and numbers far beyond it, are errors of the sensor in any unit. */
function possiblePower(value: Float64Array, reference: PowerIntegral): IsPossible {
  const finite = value.filter(Number.isFinite);
  const middle = quantile(finite, 0.5);
  const { powerMw, startUs, endUs } = reference;
  const stride = Math.ceil(powerMw.length / samplesLookedAt);
  const thinned = Float64Array.from(
    { length: Math.ceil(powerMw.length / stride) },
    (_, n) => powerMw[n * stride]! * wattsPerMw,
  );
  const referenceMiddle = quantile(thinned, 0.5);
  if (!(middle > 0 && referenceMiddle > 0)) return () => true;
  const [least, most] = reference.extremesW(startUs, endUs);
  const ratios = levelShares.map((level) => quantile(finite, level) / quantile(thinned, level));
  const mostW = most * Math.max(...ratios) * beyondReach;
  const zeros = finite.reduce((sum, watts) => sum + (watts <= 0 ? 1 : 0), 0);
  const zeroIsError = zeros <= zeroShareMax * finite.length && least > farFromZero * referenceMiddle;
  return (poll) => value[poll]! <= mostW && !(zeroIsError && value[poll]! <= 0);
}

/** A counter only grows: zero is one that was not read, and what those behind it fall back from to go on from those before it is an error. */
function possibleCount(value: Float64Array): IsPossible {
  const isAlwaysPositive = quantile(value.filter(Number.isFinite), 0.05) > 0;
  const isRead = (joules: number) => joules > 0 || (joules === 0 && !isAlwaysPositive);
  return (poll, before) =>
    isRead(value[poll]!) &&
    !value
      .subarray(poll + 1, poll + 1 + errorsInRow)
      .some((joules) => joules >= before && joules < value[poll]!);
}
