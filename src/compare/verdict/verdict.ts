import type { Verdict } from '../comparison.js';
import { gainRanges, widthRangeUs } from '../search/fit.js';
import { seconds } from '../time-text.js';
import type { Correspondence, Likeness } from './correspondence.js';
import { flatReason, isFlatLoad } from './flat.js';
import type { Leftover } from './leftover.js';

/** What a verdict is made from. */
export interface Evidence {
  /** Share of the readings' variance that the best fit explains. */
  readonly explained: number;
  readonly gain: number;
  /** Whether the lag is one of those that are looked at. */
  readonly isInRange: boolean;
  /** That lag, µs. */
  readonly delayUs: number;
  readonly correspondence: Correspondence;
  readonly readings: number;
  readonly spanUs: number;
  readonly windowUs: number;
  /** Standard deviations, W: of what the sensor should have seen, and of that the part which is the board's noise. */
  readonly loadW: number;
  readonly noiseW: number;
  readonly levelW: number;
  /** Of the readings, and of what they scatter by themselves. */
  readonly readingW: number;
  readonly roundingW: number;
  readonly leftover: Leftover;
  /** How like itself the load is a period later; 0 where it has no period. */
  readonly periodicity: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly isFlat: boolean;
}

const readingsMin = 20;
const spanMinUs = 2e6;
const explainedMin = 0.5;
const explainedIfFew = 0.985;
const explainedIfPeriodic = 0.8;
/**
 * Any two that rise once are alike, so what the fit leaves has to be noise, or as little as this, or rounding. Of the generator's pairs
 * with one edge or two, 4 of 1,786 related ones were below, and all seven of two loads that were taken for related, at 0.42 or less.
 */
const whitenessMin = 0.6;
const explainedNearly = 0.9999;
const roundings = 2;
const zMin = 5;
const ratioMin = 1.15;
const eventsMin = 4;
const unrelatedExplained = 0.35;
const unrelatedReadings = 60;
const unrelatedEvents = 3;
/** What is this near to the longest window, or to the largest gain, may lie beyond it. */
const atEdge = 0.97;
const [, longestUs] = widthRangeUs;
const [[, largestGain]] = gainRanges;

/** Says that there is too little to judge by; null where there is enough. */
export const tooShort = (readings: number, spanUs: number): string | null =>
  readings < readingsMin || spanUs < spanMinUs
    ? `too short: ${readings} readings over ${seconds(spanUs)}`
    : null;

/** Of two that are alike at a lag that is none of a sensor. */
export const notLookedAt = (delayUs: number): string =>
  `B resembles A where it is ${seconds(Math.abs(delayUs))} ${delayUs > 0 ? 'late' : 'early'}, which no sensor is: check the clocks`;

/** Of two that rise and fall together, of which no fit makes one of the other. */
export const notExplained = `B rises and falls with A, but no gain up to ${largestGain} and no window up to ${seconds(longestUs)} explain it`;

export function judge(evidence: Evidence): Judgement {
  const { explained, correspondence, readings, spanUs, loadW, noiseW, readingW, gain } = evidence;
  const say = (verdict: Verdict, reason: string, isFlat = false): Judgement => ({ verdict, reason, isFlat });
  const percent = `${Math.round(explained * 100)} %`;
  const isFlat = isFlatLoad(loadW, noiseW, evidence.levelW);
  if (isFlat && explained < 0.9) return say('undetermined', flatReason, true);
  const short = tooShort(readings, spanUs);
  if (short) return say('undetermined', short);
  const isSayingSomething = readingW > 2 * evidence.roundingW && readingW > 0;
  if (!isSayingSomething)
    return say(
      'undetermined',
      "B hardly changes while A does: its window may be a multiple of the load's period, or it is no power of this load",
    );
  if (isSupported(evidence)) {
    const beyond = beyondSearch(evidence);
    if (beyond) return say('undetermined', beyond);
    return say('related', `B follows A: gain, offset and window explain ${percent} of what it does`);
  }
  if (explained >= explainedMin && gain > 0 && !evidence.isInRange)
    return say('undetermined', notLookedAt(evidence.delayUs));
  if (explained >= explainedMin && gain > 0)
    return say(
      'undetermined',
      correspondence.events < eventsMin
        ? `B resembles A (${percent}), but on ${correspondence.events} ${correspondence.events === 1 ? 'event' : 'events'} alone that may be chance`
        : `B resembles A (${percent}), but as much at other places of the run`,
    );
  const isTold =
    explained < unrelatedExplained &&
    readings >= unrelatedReadings &&
    correspondence.events >= unrelatedEvents;
  if (isTold && !someLikeness(correspondence))
    return say('unrelated', `B does not follow A: the best fit explains ${percent} of what it does`);
  return say(
    'undetermined',
    `the best fit explains ${percent} of what B does: too little to be sure, too much to exclude it`,
  );
}

function isSupported(evidence: Evidence): boolean {
  const { explained, gain, correspondence, periodicity, isInRange } = evidence;
  const { steps, strides, whitened, levels, events } = correspondence;
  if (explained < explainedMin || !(gain > 0) || !isInRange) return false;
  const isSharp = [steps, strides, whitened].some(stands);
  if (events >= eventsMin && isSharp) return true;
  // What repeats itself exactly is as like itself elsewhere; then it has to fit well.
  if (events >= eventsMin && periodicity > 0.6 && explained >= explainedIfPeriodic)
    return [levels, steps, strides, whitened].some(({ z, r }) => z >= zMin && r > 0.7);
  return (
    events < eventsMin &&
    explained >= explainedIfFew &&
    leavesNoise(evidence) &&
    [levels, ...[steps, strides, whitened]].some(({ z }) => z >= zMin)
  );
}

const leavesNoise = ({ leftover: { rmsW, whiteness }, explained, roundingW }: Evidence): boolean =>
  whiteness >= whitenessMin || explained >= explainedNearly || rmsW <= roundings * roundingW;

/** What lies at the edge of the windows and the gains that are looked for may lie beyond it. */
function beyondSearch({ windowUs, gain }: Evidence): string | null {
  if (windowUs > atEdge * longestUs)
    return `B follows A as a mean over ${seconds(longestUs)} or more would, and no longer ones are looked for`;
  return gainRanges.some(([, most]) => gain > atEdge * most && gain < most / atEdge)
    ? `B goes up and down ${largestGain} times as much as A or more, and no larger gains are looked for`
    : null;
}

const stands = ({ z, ratio }: Likeness): boolean => z >= zMin && ratio >= ratioMin;

const someLikeness = ({ steps, strides, whitened }: Correspondence): boolean =>
  [steps, strides, whitened].some((each) => stands(each) && each.r > 0.3);
