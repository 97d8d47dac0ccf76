import type { Reach } from '../intervals/intervals.js';
import type { AgedCost } from './aged-cost.js';
import type { Place } from './fit.js';

/** The updates behind the polls, and the lag and the width that fit best with them. */
export interface Clock extends Place {
  readonly periodUs: number;
  /** Of an update, from the middle of the polls. */
  readonly phaseUs: number;
  readonly cost: number;
}

/** By how much the logarithm of what is left may rise, all polls together, for what fits as well. */
const asGood = 12;
/** Polls of which so many meet the same of several updates keep to them. */
const lockedShare = 0.8;
const steps = 64;
const halvings = 6;

/**
 * The longest period that fits as well. Polls that keep to the updates meet every fraction of their period as well, and a value may be
 * as old as the longest.
 */
export function longestClock(
  aged: AgedCost,
  clock: Clock,
  longestUs: number,
  refined: (start: Clock) => Clock,
): Clock {
  for (let times = Math.floor(longestUs / clock.periodUs); times > 1; times--) {
    const { periodUs, phaseUs, delayUs, widthUs } = clock;
    const met = new Int32Array(times);
    for (const us of aged.readings.timeUs) {
      const count = aged.countAt(us, periodUs, phaseUs) % times;
      met[count < 0 ? count + times : count]!++;
    }
    if (Math.max(...met) < lockedShare * aged.readings.count) continue;
    const longer = refined({
      periodUs: times * periodUs,
      phaseUs: phaseUs + met.indexOf(Math.max(...met)) * periodUs,
      delayUs,
      widthUs,
      cost: Number.POSITIVE_INFINITY,
    });
    if (rise(aged, clock, longer.cost) < asGood) return longer;
  }
  return clock;
}

/**
 * How far the lag moves with the phase before a reading objects: as far as no poll comes between one place of the updates and another,
 * every value is older by as much as the lag is shorter.
 */
export function phaseReach(aged: AgedCost, clock: Clock): Reach {
  const { periodUs, phaseUs, delayUs, widthUs } = clock;
  const reach = (sign: number): number => {
    const isWorse = (us: number) =>
      rise(aged, clock, aged.at(periodUs, phaseUs + sign * us, delayUs + sign * us, widthUs)) >= asGood;
    let [inside, outside] = [0, periodUs / steps];
    while (outside < periodUs && !isWorse(outside)) [inside, outside] = [outside, outside + periodUs / steps];
    for (let n = 0; n < halvings; n++) {
      const middle = (inside + outside) / 2;
      if (isWorse(middle)) outside = middle;
      else inside = middle;
    }
    return outside;
  };
  const [below, above] = [reach(-1), reach(1)];
  return { below, above };
}

const rise = ({ readings }: AgedCost, clock: Clock, cost: number): number =>
  readings.count * Math.log(cost / clock.cost);
