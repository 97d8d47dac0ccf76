import { powersAt } from '../model/kernel.js';
import { pickReadings, type Readings } from '../model/readings.js';
import { powerSlopes } from '../model/slopes.js';
import { AgedCost, tellingPolls } from './aged-cost.js';
import { type Fit, type Place, widthOf } from './fit.js';
import { type Clock, longestClock, phaseReach } from './hidden-phase.js';
import { descend } from './simplex.js';

/** Polls that are looked at, one after the other, so that a period is counted through. */
const pollsMax = 1500;
/** Periods from an eighth of the poll interval up to it. */
const shortestShare = 1 / 8;
const longestShare = 1.02;
const stepsPerPeak = 5;
const summits = 10;
const phases = 12;
/** By how much the logarithm of what is left has to fall, all polls that tell of ages together: far more than the best of many chances. */
const convincing = 25;
/** By how much it has to fall where polls keep to the updates, all of them together. */
const convincingLocked = 60;

/** The lag and the width without the ages of the polled values. */
export interface HiddenPeriod extends Place {
  readonly cost: number;
  readonly periodUs: number;
  /** How far the lag may be off, since no poll tells the phase of the updates, µs. */
  readonly openUs: number;
}

/**
 * Polls read values of all ages up to the period, and at an edge of the load the age shows: what the fit leaves there goes with a saw
 * tooth of the period. Null where no period stands out.
 */
export function hiddenPeriod(all: Readings, fit: Fit, pollUs: number): HiddenPeriod | null {
  const used = Array.from({ length: all.count }, (_, n) => n).filter((n) => !Number.isNaN(fit.referenceW[n]));
  const readings = pickReadings(all, used.slice(0, pollsMax));
  if (readings.count < 60 || fit.kernel.kind === 'counter') return null;
  const aged = new AgedCost(readings, fit);
  const starts: Start[] = [];
  // Polls that keep to the updates show no saw tooth.
  const gridUs = spacingOf(readings, pollUs);
  const periods = [gridUs, ...candidates(readings, fit, pollUs)];
  const durationUs = readings.timeUs[readings.count - 1]! - readings.timeUs[0]!;
  for (const widthAt of widths) {
    let [best, least]: [Start | null, number] = [null, Number.POSITIVE_INFINITY];
    for (const summitUs of periods)
      for (let fine = -3; fine <= 3; fine++) {
        const periodUs = 1 / (1 / summitUs + (fine * 0.15) / durationUs);
        const widthUs = widthAt(fit, periodUs);
        const tried = summitUs === gridUs ? aged.phases(periodUs, phases) : evenPhases(periodUs);
        for (const { phaseUs, ageUs } of tried) {
          const start = { periodUs, phaseUs, delayUs: fit.delayUs - ageUs, widthUs };
          const cost = aged.at(periodUs, phaseUs, start.delayUs, widthUs);
          if (cost < least) [best, least] = [start, cost];
        }
      }
    if (best) starts.push(best);
  }
  const found = starts.map((start) => refined(aged, readings, start));
  const best = found.reduce((a, b) => (b.cost < a.cost ? b : a));
  const plain = descend(
    (x, y) => aged.at(0, 0, x, widthOf(y)),
    { x: fit.delayUs, y: Math.log(fit.widthUs) },
    0.1 * pollUs,
    0.4,
    80,
    20,
  ).cost;
  const fall = Math.log(plain / best.cost);
  const isConvincing = keepsTo(best.periodUs, gridUs, readings.count)
    ? readings.count * fall > convincingLocked
    : tellingPolls(readings, fit, pollUs) * fall > convincing;
  if (!isConvincing || best.periodUs > longestShare * pollUs) return null;
  const clock = longestClock(aged, best, longestShare * pollUs, (start) => refined(aged, readings, start));
  const { below, above } = phaseReach(aged, clock);
  return {
    cost: best.cost,
    periodUs: clock.periodUs,
    delayUs: clock.delayUs + (above - below) / 2,
    widthUs: clock.widthUs,
    openUs: (above + below) / 2,
  };
}

/** Polls at all phases are half a period old in the mean, whichever the phase. */
const evenPhases = (periodUs: number) =>
  Array.from({ length: phases }, (_, n) => ({ phaseUs: (n / phases) * periodUs, ageUs: periodUs / 2 }));

/** Of polls on a grid, µs, whatever single ones are off it. */
function spacingOf({ timeUs, count }: Readings, pollUs: number): number {
  let steps = 0;
  for (let n = 1; n < count; n++) steps += Math.max(1, Math.round((timeUs[n]! - timeUs[n - 1]!) / pollUs));
  return (timeUs[count - 1]! - timeUs[0]!) / steps;
}

/** Whether so many polls on a grid go through less than one period of the updates. */
const keepsTo = (periodUs: number, gridUs: number, count: number): boolean =>
  Math.abs(gridUs / periodUs - Math.round(gridUs / periodUs)) * count < 1;

interface Start extends Place {
  readonly periodUs: number;
  readonly phaseUs: number;
}

/** A fit to values of all ages takes them for a part of its width: from there, from the width without that, and from between. */
const widths: readonly ((fit: Fit, periodUs: number) => number)[] = [
  ({ widthUs }) => widthUs,
  ({ widthUs }) => widthUs / 2,
  ({ kernel, widthUs }, periodUs) => {
    const agesUs = kernel.kind === 'one-pole' ? periodUs / Math.sqrt(12) : periodUs;
    return widthOf(Math.log(Math.max(widthUs ** 2 - agesUs ** 2, 1)) / 2);
  },
];

function refined(aged: AgedCost, readings: Readings, start: Start): Clock {
  const durationUs = readings.timeUs[readings.count - 1]! - readings.timeUs[0]!;
  let { periodUs, phaseUs, delayUs } = start;
  let log = Math.log(start.widthUs);
  let cost = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const place = descend(
      (x, y) => aged.at(periodUs, phaseUs, x, widthOf(y)),
      { x: delayUs, y: log },
      0.1 * periodUs,
      0.4,
      60,
      20,
    );
    [delayUs, log] = [place.x, place.y];
    // In the middle of the polls the period and the phase do not pull at each other.
    const turnUs = (0.1 * periodUs * periodUs) / durationUs;
    const clock = descend(
      (x, y) => aged.at(periodUs + y * turnUs, x, delayUs, widthOf(log)),
      { x: phaseUs, y: 0 },
      0.05 * periodUs,
      1,
      60,
      20,
    );
    [phaseUs, cost] = [clock.x, clock.cost];
    periodUs += clock.y * turnUs;
  }
  return { periodUs, phaseUs, delayUs, widthUs: widthOf(log), cost };
}

/** Periods whose saw tooth, as tall as it has to be, takes most off what the fit leaves. */
function candidates(readings: Readings, fit: Fit, pollUs: number): number[] {
  const { timeUs, valueW, count } = readings;
  const { kernel, line } = fit;
  const stepUs = Math.max(1000, pollUs / 50);
  const here = powersAt(kernel, readings, fit);
  // By how much a reading differs for each µs of age, and what it differs by.
  const slopes = powerSlopes(kernel, readings, fit, stepUs).map((slope) => -line.gain * slope);
  const residuals = here.map((watts, n) => valueW[n]! - line.gain * watts - line.offsetW);
  const durationUs = timeUs[count - 1]! - timeUs[0]!;
  const lowest = 1 / (longestShare * pollUs);
  const step = 1 / (stepsPerPeak * durationUs);
  const steps = Math.floor((1 / (shortestShare * pollUs) - lowest) / step);
  const [re, im] = [new Float64Array(steps), new Float64Array(steps)];
  let squares = 0;
  for (let n = 0; n < count; n++) {
    const part = slopes[n]! * residuals[n]!;
    if (Number.isNaN(part)) continue;
    squares += slopes[n]! ** 2;
    const sinceUs = timeUs[n]! - timeUs[0]!;
    let [cos, sin] = [Math.cos(2 * Math.PI * lowest * sinceUs), Math.sin(2 * Math.PI * lowest * sinceUs)];
    const [turnRe, turnIm] = [Math.cos(2 * Math.PI * step * sinceUs), Math.sin(2 * Math.PI * step * sinceUs)];
    for (let k = 0; k < steps; k++) {
      re[k]! += part * cos;
      im[k]! += part * sin;
      [cos, sin] = [cos * turnRe - sin * turnIm, cos * turnIm + sin * turnRe];
    }
  }
  const gains = re.map((_, k) => {
    const amplitudeUs = 1 / (lowest + k * step) / Math.PI;
    return 2 * amplitudeUs * Math.hypot(re[k]!, im[k]!) - (amplitudeUs ** 2 * squares) / 2;
  });
  return Array.from({ length: steps }, (_, k) => k)
    .filter(
      (k) =>
        gains[k]! >= (gains[k - 1] ?? Number.NEGATIVE_INFINITY) &&
        gains[k]! > (gains[k + 1] ?? Number.NEGATIVE_INFINITY),
    )
    .sort((a, b) => gains[b]! - gains[a]!)
    .slice(0, summits)
    .map((k) => 1 / (lowest + k * step));
}
