import { median } from '../quantile.js';

/** What B said, reading by reading: a value, when it appeared, and over what it was taken where the sensor tells that. */
export interface Readings {
  readonly count: number;
  /** When the value was new: the update, or the poll where no more is known; µs. */
  readonly timeUs: Float64Array;
  readonly valueW: Float64Array;
  /** Standard deviation of each instant, µs. */
  readonly jitterUs: Float64Array;
  /** Of a counter, the time between the two readings that the power is of, µs; null for a power. */
  readonly spanUs: Float64Array | null;
  /** Of a counter, the same over longer spans that overlap, one for each update. */
  readonly sliding?: Readings;
  /** How long a value is held before the next update, µs: the period; 0 where the readings are polls of a power. */
  readonly holdUs: number;
  /** The least step between two values, W. */
  readonly stepW: number;
}

interface Values {
  readonly timeUs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly jitterUs: ArrayLike<number>;
}

/** Between two changes of a counter further apart than this many times the usual, it was not seen to count. */
const longestSpan = 8;
/** A counter's power is taken over at least so long, µs: over less, what its updates scatter would be much of it. */
const leastSpanUs = 95_000;
/** Where they overlap nothing is lost between them if they are longer, and updates scatter less of it. */
const slidingSpanUs = 300_000;

/** Power as it was read; of a counter, joules between true changes by the time between them. */
export function readingsOf(values: Values, quantity: 'power' | 'energy', holdUs: number): Readings {
  return quantity === 'power'
    ? powerReadings(values, holdUs)
    : {
        ...counterReadings(values, holdUs, leastSpanUs, false),
        sliding: counterReadings(values, holdUs, slidingSpanUs, true),
      };
}

function powerReadings({ timeUs, value, jitterUs }: Values, holdUs: number): Readings {
  const valueW = Float64Array.from(value);
  return {
    count: valueW.length,
    timeUs: Float64Array.from(timeUs),
    valueW,
    jitterUs: Float64Array.from(jitterUs),
    spanUs: null,
    holdUs,
    stepW: leastStep(valueW),
  };
}

function counterReadings(
  { timeUs, value, jitterUs }: Values,
  holdUs: number,
  atLeastUs: number,
  isSliding: boolean,
): Readings {
  const times: number[] = [];
  const watts: number[] = [];
  const jitters: number[] = [];
  const spans: number[] = [];
  const steps: number[] = [];
  const changes = [0];
  let first = 0;
  for (let n = 1; n < value.length; n++) {
    const before = changes[changes.length - 1]!;
    if (value[n]! === value[before]!) continue;
    steps.push(timeUs[n]! - timeUs[before]!);
    changes.push(n);
    // A counter that falls has wrapped or begun anew.
    if (value[n]! < value[before]!) first = changes.length - 1;
    while (isSliding && timeUs[n]! - timeUs[changes[first + 1]!]! >= atLeastUs) first++;
    const from = changes[first]!;
    const spanUs = timeUs[n]! - timeUs[from]!;
    if (spanUs >= atLeastUs) {
      times.push(timeUs[n]!);
      watts.push(((value[n]! - value[from]!) * 1e6) / spanUs);
      jitters.push(Math.hypot(jitterUs[n]!, jitterUs[from]!) / Math.SQRT2);
      spans.push(spanUs);
      if (!isSliding) first = changes.length - 1;
    }
  }
  const usual = spans.length > 0 ? median(spans) : 0;
  const kept = spans.map((_, n) => n).filter((n) => spans[n]! <= longestSpan * usual);
  const pick = (all: number[]) => Float64Array.from(kept, (n) => all[n]!);
  return {
    count: kept.length,
    timeUs: pick(times),
    valueW: pick(watts),
    jitterUs: pick(jitters),
    spanUs: pick(spans),
    holdUs: holdUs || (steps.length > 0 ? median(steps) : 0),
    stepW: 0,
  };
}

/** Of so few different values the least difference is the load's. */
const fewValues = 8;
const decimalSteps = [100, 10, 1, 0.1, 0.01, 0.001];
const leastStepW = 1e-4;

/** What a sensor rounds to, W: the common step of its values, as far as a tenth of a milliwatt; of a few values, the decimal place that all of them keep to. */
function leastStep(valueW: Float64Array): number {
  const sorted = Float64Array.from(valueW).sort();
  let [step, values] = [Number.POSITIVE_INFINITY, 1];
  for (let n = 1; n < sorted.length; n++) {
    const difference = sorted[n]! - sorted[n - 1]!;
    if (!(difference > leastStepW)) continue;
    values++;
    if (difference < step) step = difference;
  }
  if (!Number.isFinite(step)) return 0;
  if (values > fewValues) return step;
  const keepsTo = (place: number) =>
    sorted.every((watts) => Math.abs(watts / place - Math.round(watts / place)) * place < leastStepW / 2);
  return Math.min(step, decimalSteps.find(keepsTo) ?? leastStepW);
}

/** Some of the readings, in the order given. */
export function pickReadings(readings: Readings, chosen: ArrayLike<number>): Readings {
  const pick = (from: Float64Array) => Float64Array.from(chosen, (n) => from[n]!);
  return {
    count: chosen.length,
    timeUs: pick(readings.timeUs),
    valueW: pick(readings.valueW),
    jitterUs: pick(readings.jitterUs),
    spanUs: readings.spanUs && pick(readings.spanUs),
    holdUs: readings.holdUs,
    stepW: readings.stepW,
  };
}

/** How far each of them lies from the one before; 0 where that is not known. */
export const changesOf = (watts: Float64Array): Float64Array =>
  watts.map((each, n) => (n === 0 ? 0 : Math.abs(each - watts[n - 1]!) || 0));
