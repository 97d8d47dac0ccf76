import type { ReadingTrace } from './comparison.js';
import type { LagChange } from './drift/change.js';
import { type Steady, steadyLag } from './drift/steady.js';
import { withoutChange } from './drift/warp.js';
import { flatReach } from './intervals/flat-reach.js';
import { type FitIntervals, intervalsOf, type Reach } from './intervals/intervals.js';
import { samplingError } from './intervals/sampling.js';
import type { Readings } from './model/readings.js';
import { median } from './quantile.js';
import { calmed } from './reference/calm.js';
import type { PowerIntegral } from './reference/integral.js';
import { type ReferenceNoise, referenceNoise } from './reference/noise.js';
import { chooseReadings } from './search/choice.js';
import { clearFit } from './search/clear-fit.js';
import { type Fit, fitAt, polish, settledFit } from './search/fit.js';
import { type HiddenPeriod, hiddenPeriod } from './search/hidden-period.js';
import { withoutImpossible } from './search/impossible.js';
import { asLowPass, type Found, findFit, otherKernel, sameSpread, shortestUs } from './search/search.js';
import { findUpdates, type Updates } from './updates/updates.js';
import { type Ambiguity, ambiguityOf } from './verdict/ambiguity.js';
import { type Correspondence, correspondence, eventsOf } from './verdict/correspondence.js';
import { type LoadPeriod, loadPeriod } from './verdict/load-period.js';
import { pairedSeries } from './verdict/series.js';

/** All that is known of a pair before it is put into figures. */
export interface Analysis {
  readonly reference: PowerIntegral;
  readonly noise: ReferenceNoise;
  readonly updates: Updates;
  /** Spacing of the readings, µs. */
  readonly usualUs: number;
  /** How long a reading is drawn before the next one replaces it, µs; 0 where readings are polls. */
  readonly holdUs: number;
  readonly period: LoadPeriod | null;
  /** The lags that were looked at, µs. */
  readonly rangeUs: readonly [number, number];
  /** Null where no lag can be fitted. */
  readonly fitted: Fitted | null;
}

/** A fit with what it was made of and how well it is known. */
export interface Fitted {
  /** As they lay, and as if the lag had stayed, impossible ones left out. */
  readonly raw: Readings;
  readonly readings: Readings;
  readonly dropped: number;
  /** Of all readings. */
  readonly fit: Fit;
  /** The delay to be stated: the fit's, or the middle of what fits as well, µs. */
  readonly delayUs: number;
  readonly intervals: FitIntervals;
  readonly change: LagChange;
  /** By how much the lag of an instant differs from the fit's, µs. */
  readonly offset: (us: number) => number;
  /** Of polls slower than the updates, where the edges of the load tell the period, and so the ages, all the same. */
  readonly hidden: HiddenPeriod | null;
  readonly ambiguity: Ambiguity;
  readonly correspondence: Correspondence | null;
}

const readingsPerFit = 1500;
const readingsPerLowPass = 400;
/** From a clock two seconds fast to a sensor six seconds late. */
const rangeUs = [-2e6, 6e6] as const;
/** So few swings of the load show hardly what kind of window a sensor has. */
const fewEvents = 3;
/** So few readings that carry the lag may all lie beside the edges. */
const fewCarriers = 30;
const lopsided = 2.5;
/** A load that repeats itself shows as little. */
const repeating = 0.9;
/** With the ages of polled values known, a low-pass has to leave less than this share of what a window does. */
const clearly = 0.9;
/** Where a window explains less, something else is wrong than its kind: a low-pass, which blurs more, has to leave less than this share of what it does. */
const wellExplained = 0.9;
const muchBetter = 0.5;
/** The last descent is made with so many. */
const mostInFit = 6000;
const mostInLowPass = 2500;

export function analyse(reference: PowerIntegral, trace: ReadingTrace): Analysis {
  const updates = findUpdates(trace, reference);
  const { readings } = updates;
  const usualUs = usualSpacing(readings, updates);
  const about = {
    reference,
    noise: referenceNoise(reference),
    updates,
    usualUs,
    holdUs: readings.holdUs,
    period: loadPeriod(reference),
    rangeUs,
  };
  return { ...about, fitted: fitOf(about, trace) };
}

function fitOf(about: Omit<Analysis, 'fitted'>, trace: ReadingTrace): Fitted | null {
  const { reference, updates, usualUs, period } = about;
  const { readings: all } = updates;
  if (all.count < 8) return null;
  // Many edges tell a lag through any noise, and of a few the noise would tell another one.
  const measured = { reference, noise: about.noise };
  const calm = eventsOf(reference, usualUs) <= fewEvents ? calmed(reference, about.noise) : null;
  const known = calm ?? measured;
  const found = findFit(known, all, rangeUs, period?.periodUs ?? null);
  if (!found) return null;
  const choose = (readings: Readings, { kernel }: Fit, referenceW: Float64Array) => {
    // A low-pass costs many times what a window does.
    const most = kernel.kind === 'one-pole' ? readingsPerLowPass : readingsPerFit;
    return chooseReadings(readings, most, 3, referenceW);
  };
  const refit = (readings: Readings, about: Fit) =>
    settledFit(about.kernel, choose(readings, about, expected(readings, about)), about, 60);
  const steadyAbout = (best: Fit): Steady & { readonly raw: Readings } => {
    const wholeOf = (readings: Readings) => fitAt(best.kernel, readings, refit(readings, best));
    const most = withoutImpossible(reference, all, fitAt(best.kernel, all, best));
    const wholeOfMost = wholeOf(most);
    const raw = withoutImpossible(reference, most, wholeOfMost);
    const whole = raw === most ? wholeOfMost : wholeOf(raw);
    const refitted = (readings: Readings, about: Fit) =>
      fitAt(about.kernel, readings, refit(readings, about));
    return { raw, ...steadyLag(raw, whole, refitted, Math.max(500_000, 5 * usualUs)) };
  };
  const plain = steadyAbout(found.best);
  const asWindowOf = (low: ReturnType<typeof steadyAbout>) => {
    const about = fitAt(found.best.kernel, low.readings, sameSpread(low.fit));
    return { ...low, fit: fitAt(about.kernel, low.readings, refit(low.readings, about)) };
  };
  // A lag that changes blurs a window as a low-pass does, and readings that nothing could have given hide either: which of the two it is shows without them.
  const steadied = ({ fit: best, readings }: Steady) => ({ best, readings });
  const toldBy = plain.change.rangeUs > 0 || plain.raw !== all ? steadied(plain) : found;
  const agedUs = updates.unseenHoldUs;
  const lowPassBy = (ageUs: number, told: Pick<Found, 'best' | 'readings'> = toldBy) =>
    asLowPass(known, told, rangeUs, ageUs);
  const lowPass = lowPassBy(0);
  const hiddenOf = ({ readings, fit }: Pick<Steady, 'readings' | 'fit'>) =>
    agedUs > 0 ? hiddenPeriod(readings, fit, agedUs) : null;
  const blurred = lowPass && steadyAbout(lowPass);
  // A change may have shown only when it was not taken for a part of the window.
  const unblurred = blurred && blurred.change.rangeUs > 0 ? asWindowOf(blurred) : null;
  const isWindow = unblurred !== null && lowPassBy(0, steadied(unblurred)) === null;
  const [window, other] = isWindow ? [unblurred, null] : [plain, blurred];
  // Where a period shows behind the polls the ages are known, and tell the two apart.
  const asWindow = other && hiddenOf(window);
  const asOther = other && asWindow && hiddenOf(other);
  const isLowPass =
    asWindow && asOther ? asOther.cost < clearly * asWindow.cost : agedUs === 0 || lowPassBy(agedUs) !== null;
  const isTold = (other: Fit) =>
    other.widthUs > shortestUs &&
    (window.fit.explained > wellExplained || 1 - other.explained < muchBetter * (1 - window.fit.explained));
  const steady = other && isLowPass && isTold(other.fit) ? other : window;
  const { raw, readings, change, offset } = steady;
  const { kernel } = steady.fit;
  const mostOfAll = kernel.kind === 'one-pole' ? mostInLowPass : mostInFit;
  // Of a counter's slow load, which has no edges, longer spans leave less of what its updates scatter.
  const sliding = calm && all.sliding;
  const possible = sliding && withoutImpossible(reference, sliding, fitAt(kernel, sliding, steady.fit));
  const densest = possible ? withoutChange(possible, offset) : readings;
  const last = chooseReadings(densest, mostOfAll, 4, expected(densest, steady.fit));
  const settled = fitAt(kernel, readings, polish(kernel, last, steady.fit));
  const chosen = choose(readings, settled, settled.referenceW);
  const clear = calm && clearFit(settled, readings, chosen, measured);
  const fit = clear ? fitAt(clear.kernel, readings, polish(clear.kernel, last, clear)) : settled;
  const chosenFit = fitAt(fit.kernel, chosen, fit);
  const spread = intervalsOf(
    readings,
    fit,
    { readings: chosen, fit: chosenFit },
    {
      systematicUs: Math.hypot(updates.systematicUs, trace.pollUncertaintyUs ?? 0),
      instantUs: updates.instantUs,
      spacingUs: about.noise.spacingUs,
      sampling: samplingError(clear ? measured : known, readings, fit),
      unused: Math.max(1, readings.count / last.count),
    },
  );
  const asChosen = fitAt(kernel, chosen, settled);
  const ambiguity = ambiguityOf(chosen, asChosen, found.others, spread, period, rangeUs, usualUs);
  const series = pairedSeries(readings, fit, usualUs);
  const corresponding = series && correspondence(series, fit.widthUs);
  const isFew = (corresponding?.events ?? 0) <= fewEvents || (period?.likeness ?? 0) > repeating;
  const either = isFew ? otherKernel(clear ? measured : known, chosen, chosenFit) : null;
  const isThin = isFew || (spread.covariance?.carriers ?? 0) < fewCarriers;
  const flat = isThin && !clear ? flatReach(readings, fit, usualUs) : { below: 0, above: 0 };
  const own = centred(fit.delayUs, {
    below: Math.max(spread.delayUs.below, ambiguity.below, flat.below),
    above: Math.max(spread.delayUs.above, ambiguity.above, flat.above),
  });
  const stated = either ? betweenBoth(own, either) : own;
  return {
    raw,
    readings,
    dropped: all.count - raw.count,
    fit,
    delayUs: stated.delayUs,
    intervals: { ...spread, delayUs: stated.reach },
    change,
    offset,
    hidden: hiddenOf({ readings, fit }),
    ambiguity,
    correspondence: corresponding,
  };
}

/** A lag and how far it may be off, µs. */
interface Stated {
  readonly delayUs: number;
  readonly reach: Reach;
}

/** Of two kinds of window that may be meant each has its lag, and counts as much as it is likely. */
function betweenBoth(own: Stated, other: { readonly delayUs: number; readonly likelihood: number }): Stated {
  const delayUs = own.delayUs + other.likelihood * (other.delayUs - own.delayUs);
  return {
    delayUs,
    reach: {
      below: own.reach.below + delayUs - Math.min(own.delayUs, other.delayUs),
      above: own.reach.above + Math.max(own.delayUs, other.delayUs) - delayUs,
    },
  };
}

/** Where a fit lies at the edge of all that fits as well, the middle of that is nearer to the truth. */
function centred(delayUs: number, { below, above }: Reach): Stated {
  if (Math.max(below, above) < lopsided * Math.min(below, above)) return { delayUs, reach: { below, above } };
  const half = (below + above) / 2;
  return { delayUs: delayUs + (above - below) / 2, reach: { below: half, above: half } };
}

/** What the reference says for each reading at a place, W. */
function expected(readings: Readings, { kernel, delayUs, widthUs }: Fit): Float64Array {
  const referenceW = new Float64Array(readings.count);
  kernel.fill(readings, delayUs, widthUs, referenceW);
  return referenceW;
}

function usualSpacing(readings: Readings, updates: Updates): number {
  if (readings.spanUs && readings.count > 0) return median(readings.spanUs);
  return readings.holdUs > 0 ? readings.holdUs : updates.polls.intervalUs;
}
