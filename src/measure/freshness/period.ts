import type { Spacings } from './spacings.js';

/** How often a rail is updated, and how far that may be off at 95 %, µs. */
export interface Update {
  readonly intervalUs: number;
  readonly uncertaintyUs: number;
}

/** Fewer spacings between changes tell no interval. */
export const fewestSpacings = 12;
/** So much longer is each candidate than the one before. */
const step = 1.015;
/** The interval is at most the mean of the spacings, and a candidate above it shows that it is a peak. */
const beyondMean = 1.3;
/** Spacings of more intervals than this have been through too many to tell of one, … */
const mostIntervals = 8.5;
/** … and as many as this share must be of fewer. */
const tellingShare = 0.75;
/** Each fraction of an interval fits too: the longest is taken that fits about as well as any. */
const aboutAsWell = 0.7;
const rounds = 4;
const coverage95 = 1.96;

/** The shortest candidate, in spacings of the samples. */
const shortest = 2;
/**
 * How well spacings have to be whole intervals, 0 … 1. Where samples keep to a grid, an update at the edge between two of them is seen
 * in either, which leaves (1 + cos(2π · sampling / interval)) / 2; and of few spacings chance alone makes some fit something.
 */
const leastFit = (intervalUs: number, samplingUs: number, spacings: number): number =>
  0.15 * (1 + Math.cos((2 * Math.PI * samplingUs) / intervalUs)) + 1.6 / Math.sqrt(spacings);

/**
 * The interval between the updates of a rail, from the spacings between its changes: the longest that all of them are whole
 * multiples of. An update that made no difference, or was not seen, leaves a spacing of several; where an update lies between
 * the two samples that show it, and what it is early or late by, only blurs them. Null where they fit none.
 * @param samplingUs between two samples, typically
 */
export function updateOf(spacings: Spacings, samplingUs: number): Update | null {
  const { meansUs, counts } = spacings.occupied();
  let [total, sumUs] = [0, 0];
  for (let n = 0; n < counts.length; n++) {
    total += counts[n]!;
    sumUs += counts[n]! * meansUs[n]!;
  }
  if (total < fewestSpacings) return null;
  const candidate = (n: number) => shortest * samplingUs * step ** n;
  const candidates = Math.ceil(Math.log((beyondMean * sumUs) / total / candidate(0)) / Math.log(step));
  const fits = Float64Array.from({ length: Math.max(candidates, 0) }, (_, n) =>
    fitOf(meansUs, counts, candidate(n), samplingUs, total),
  );
  const isPeak = (n: number) => fits[n]! > fits[n - 1]! && fits[n]! >= fits[n + 1]!;
  let best = 0;
  for (let n = 1; n < candidates - 1; n++) if (isPeak(n)) best = Math.max(best, fits[n]!);
  for (let n = candidates - 2; n > 0 && best > 0; n--)
    if (isPeak(n) && fits[n]! >= aboutAsWell * best) return refined(spacings, candidate(n), samplingUs);
  return null;
}

/** Mean cosine of the spacings' places in the interval: 1 where all are whole multiples; 0 where they are too few to say so. */
function fitOf(
  meansUs: Float64Array,
  counts: Float64Array,
  intervalUs: number,
  samplingUs: number,
  total: number,
): number {
  let [sum, telling] = [0, 0];
  for (let n = 0; n < counts.length; n++) {
    if (meansUs[n]! > mostIntervals * intervalUs) break;
    sum += counts[n]! * Math.cos((2 * Math.PI * meansUs[n]!) / intervalUs);
    telling += counts[n]!;
  }
  if (telling < Math.max(fewestSpacings, tellingShare * total)) return 0;
  const fit = sum / telling;
  return fit >= leastFit(intervalUs, samplingUs, telling) ? fit : 0;
}

/**
 * Each spacing is so many intervals. Of spacings in a row only the first and the last instant remain, so that their mean is far
 * better known than any of them. Which spacings are left out may depend on how long they are; that is within a sample's spacing.
 */
function refined(spacings: Spacings, roughUs: number, samplingUs: number): Update {
  const { meansUs, counts } = spacings.occupied();
  let intervalUs = roughUs;
  let [total, intervals, squares] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    let sumUs = 0;
    [total, intervals, squares] = [0, 0, 0];
    for (let n = 0; n < counts.length && meansUs[n]! <= mostIntervals * intervalUs; n++) {
      const count = Math.max(1, Math.round(meansUs[n]! / intervalUs));
      sumUs += counts[n]! * meansUs[n]!;
      total += counts[n]!;
      intervals += counts[n]! * count;
      squares += counts[n]! * (meansUs[n]! - count * intervalUs) ** 2;
    }
    intervalUs = sumUs / intervals;
  }
  const leftOutUs = (samplingUs * spacings.leftOut) / (spacings.leftOut + total);
  const uncertaintyUs = Math.hypot(coverage95 * Math.sqrt(squares), samplingUs) / intervals;
  return { intervalUs, uncertaintyUs: uncertaintyUs + leftOutUs };
}
