import { median } from '../quantile.js';
import { summitShift } from '../summit.js';
import { type Brackets, middlesOf } from './brackets.js';

/** Changes in a segment: of short ones only where long ones show no period. */
export const segmentSizes = [64, 24, 10];
/** Segments that one periodogram is the mean of, spread over the run. */
const segmentsMax = 24;
/** Steps of frequency in the width of a peak. */
const stepsPerPeak = 5;
/** Periods between this many poll intervals … */
const shortestInPolls = 1.06;
/** … and this many median intervals of the changes. */
const longestInChanges = 1.6;
/** A peak below this share of the highest is no candidate. */
const shareOfHighest = 0.35;
const candidatesMax = 12;
const frequenciesMax = 60_000;

/**
 * Periods that the updates may have, µs, the longest first: every fraction of a period fits as well. Coherence of the changes over
 * segments of so many changes, so that neither a drift of the clock nor one late update spoils it.
 */
export function candidatePeriods(brackets: Brackets, pollUs: number, changesPerSegment: number): number[] {
  const { count } = brackets;
  if (count < changesPerSegment || count < 5) return [];
  const middles = middlesOf(brackets);
  const intervals = middles.subarray(1).map((us, n) => us - middles[n]!);
  const segments = segmentsOf(middles, changesPerSegment);
  const durationUs = median(segments.map((segment) => segment[segment.length - 1]! - segment[0]!));
  const lowest = 1 / (longestInChanges * median(intervals));
  const highest = 1 / (shortestInPolls * pollUs);
  const step = 1 / (stepsPerPeak * durationUs);
  const steps = Math.floor((highest - lowest) / step) + 1;
  if (!(steps >= 3)) return [];
  const coherence = coherenceOver(segments, lowest, step, Math.min(steps, frequenciesMax));
  const floor = 3 / changesPerSegment;
  let best = 0;
  for (const value of coherence) best = Math.max(best, value);
  const threshold = Math.max(shareOfHighest * best, floor / Math.sqrt(segments.length));
  const periods: number[] = [];
  for (let n = 0; n < coherence.length && periods.length < candidatesMax; n++) {
    const here = coherence[n]!;
    const [before, after] = [coherence[n - 1] ?? 0, coherence[n + 1] ?? 0];
    if (here < threshold || here < before || here <= after) continue;
    periods.push(1 / (lowest + (n + summitShift(before, here, after)) * step));
  }
  return periods;
}

/**
 * A candidate to the precision of the whole run: segments grow fourfold as long as the changes keep together in them. Where polls beat with
 * updates, twice the poll interval looks like the period over short segments, and only long ones tell.
 */
export function refinedPeriod(brackets: Brackets, candidateUs: number, changesPerSegment: number): number {
  const middles = middlesOf(brackets);
  let [periodUs, before] = [candidateUs, 0];
  for (let size = changesPerSegment; size <= brackets.count; size *= 4) {
    const segments = segmentsOf(middles, size);
    const step =
      1 / (stepsPerPeak * median(segments.map((segment) => segment[segment.length - 1]! - segment[0]!)));
    // A candidate is a summit of its own segments: a higher one beside it, as where polls beat with updates, is another candidate.
    const reach = size === changesPerSegment ? 1 : 12;
    const lowest = 1 / periodUs - reach * step;
    const coherence = coherenceOver(segments, lowest, step, 2 * reach + 1);
    let best = 0;
    for (let n = 0; n < coherence.length; n++) if (coherence[n]! > coherence[best]!) best = n;
    if (coherence[best]! < 0.5 * before) break;
    before = coherence[best]!;
    periodUs = 1 / (lowest + best * step);
  }
  return periodUs;
}

function segmentsOf(middles: Float64Array, size: number): Float64Array[] {
  const whole = Math.floor(middles.length / size);
  const taken = Math.min(whole, segmentsMax);
  return Array.from({ length: taken }, (_, n) => {
    const segment = Math.floor((n * whole) / taken);
    return middles.subarray(segment * size, (segment + 1) * size);
  });
}

/** Mean over the segments of |Σ e^(2πi·f·m)|² / n² at equally spaced frequencies. */
function coherenceOver(segments: Float64Array[], lowest: number, step: number, steps: number): Float64Array {
  const mean = new Float64Array(steps);
  const re = new Float64Array(steps);
  const im = new Float64Array(steps);
  for (const segment of segments) {
    re.fill(0);
    im.fill(0);
    for (const us of segment) {
      const fromUs = us - segment[0]!;
      // From one frequency to the next an instant turns by the same angle.
      const [turnRe, turnIm] = [Math.cos(2 * Math.PI * step * fromUs), Math.sin(2 * Math.PI * step * fromUs)];
      let [cos, sin] = [Math.cos(2 * Math.PI * lowest * fromUs), Math.sin(2 * Math.PI * lowest * fromUs)];
      for (let n = 0; n < steps; n++) {
        re[n]! += cos;
        im[n]! += sin;
        const turned = cos * turnRe - sin * turnIm;
        sin = cos * turnIm + sin * turnRe;
        cos = turned;
      }
    }
    const scale = 1 / (segment.length ** 2 * segments.length);
    for (let n = 0; n < steps; n++) mean[n]! += (re[n]! ** 2 + im[n]! ** 2) * scale;
  }
  return mean;
}
