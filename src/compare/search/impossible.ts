import { pickReadings, type Readings } from '../model/readings.js';
import type { PowerIntegral } from '../reference/integral.js';
import type { Fit } from './fit.js';

/** Residuals below this many standard deviations are not looked at. */
const suspicious = 6;
/** Beyond what the reference did, by this many more, a reading is impossible. */
const beyond = 5;
/** Shares of a reading that it may be off beside: a counter's, by what its updates scatter. */
const marginShare = 0.02;
const counterShare = 0.06;
/** What the reference did is looked up this much further on both sides, µs, and by so many deviations of the reading's own instant. */
const slackUs = 50_000;
const instantDeviations = 3;
/** Where more than this share would be impossible, it is the fit that is. */
const shareMax = 0.1;

/**
 * Leaves out the readings that no window near theirs could have given. A reading that is only far off the line stays: at an edge of the
 * load that is where the lag shows.
 */
export function withoutImpossible(reference: PowerIntegral, readings: Readings, fit: Fit): Readings {
  const { line, scatterW, delayUs, widthUs, referenceW } = fit;
  const limitW = scatterW * suspicious;
  const kept: number[] = [];
  for (let n = 0; n < readings.count; n++) {
    const expectedW = line.gain * referenceW[n]! + line.offsetW;
    const isSuspect = Math.abs(readings.valueW[n]! - expectedW) > limitW;
    if (isSuspect && isImpossible(n)) continue;
    kept.push(n);
  }
  return kept.length === readings.count || kept.length < (1 - shareMax) * readings.count
    ? readings
    : pickReadings(readings, kept);

  function isImpossible(n: number): boolean {
    const centreUs = readings.timeUs[n]! - delayUs;
    const reachUs =
      widthUs * (fit.kernel.kind === 'one-pole' ? 4 : 0.5) +
      (readings.spanUs?.[n] ?? 0) / 2 +
      (slackUs + instantDeviations * readings.jitterUs[n]!);
    const [low, high] = reference.extremesW(centreUs - reachUs, centreUs + reachUs);
    const margin =
      beyond * scatterW + (readings.spanUs ? counterShare : marginShare) * Math.abs(readings.valueW[n]!);
    const watts = readings.valueW[n]!;
    return (
      watts < line.gain * low + line.offsetW - margin || watts > line.gain * high + line.offsetW + margin
    );
  }
}
