import type { ReadingTrace } from './comparison.js';
import type { LagChange } from './drift/change.js';
import { flatReach } from './intervals/flat-reach.js';
import { type FitIntervals, intervalsOf } from './intervals/intervals.js';
import { samplingError } from './intervals/sampling.js';
import { betweenBoth, centred } from './intervals/stated.js';
import type { Readings } from './model/readings.js';
import { median } from './quantile.js';
import { calmed } from './reference/calm.js';
import type { PowerIntegral } from './reference/integral.js';
import { type ReferenceNoise, referenceNoise } from './reference/noise.js';
import type { Fit } from './search/fit.js';
import { type HiddenPeriod, hiddenPeriod } from './search/hidden-period.js';
import { findFit, otherKernel } from './search/search.js';
import { settledAsItsKind } from './settle/kind.js';
import { lastFit } from './settle/last-fit.js';
import { findUpdates, type Updates } from './updates/updates.js';
import { type Ambiguity, ambiguityOf } from './verdict/ambiguity.js';
import { type Correspondence, correspondence, eventsOf } from './verdict/correspondence.js';
import { type LoadPeriod, loadPeriod, repeatsItself } from './verdict/load-period.js';
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

/** From a clock two seconds fast to a sensor six seconds late. */
const rangeUs = [-2e6, 6e6] as const;
/** So few swings of the load show hardly what kind of window a sensor has. */
const fewEvents = 3;
/** So few readings that carry the lag may all lie beside the edges. */
const fewCarriers = 30;

export function analyse(reference: PowerIntegral, trace: ReadingTrace): Analysis {
  const period = loadPeriod(reference);
  const updates = findUpdates(trace, reference, period);
  const { readings } = updates;
  const usualUs = usualSpacing(readings, updates);
  const about = {
    reference,
    noise: referenceNoise(reference),
    updates,
    usualUs,
    holdUs: readings.holdUs,
    period,
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
  // Only values that come as often as the polls show their ages.
  const agedUs = updates.vagueChanges === null ? updates.unseenHoldUs : 0;
  const stampUs = trace.pollUncertaintyUs ?? 0;
  const settled = settledAsItsKind({ reference, known, all, usualUs, rangeUs, agedUs, stampUs }, found);
  const { raw, readings, change, offset } = settled;
  const last = lastFit(settled, all, measured, calm);
  const { fit } = last;
  const series = pairedSeries(readings, fit, usualUs);
  const corresponding = series && correspondence(series, fit.widthUs);
  const isFew = (corresponding?.events ?? 0) <= fewEvents || repeatsItself(period);
  const spread = intervalsOf(
    readings,
    fit,
    { readings: last.chosen, fit: last.chosenFit },
    {
      systematicUs: Math.hypot(updates.systematicUs, stampUs),
      instantUs: updates.instantUs,
      spacingUs: about.noise.spacingUs,
      isFew,
      sampling: samplingError(last.known, readings, fit),
      unused: last.unused,
    },
  );
  const { chosen, calmFit } = last;
  const ambiguity = ambiguityOf(chosen, calmFit, found.others, spread, period, rangeUs, usualUs);
  const isThin = isFew || (spread.covariance?.carriers ?? 0) < fewCarriers;
  const flat = isThin && !last.isClear ? [flatReach(readings, fit, usualUs)] : [];
  const own = centred(fit.delayUs, [spread.delayUs, ambiguity, ...flat]);
  const either = isFew ? otherKernel(last.known, chosen, last.chosenFit) : null;
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
    hidden: agedUs > 0 ? hiddenPeriod(readings, fit, agedUs) : null,
    ambiguity,
    correspondence: corresponding,
  };
}

function usualSpacing(readings: Readings, updates: Updates): number {
  if (readings.spanUs && readings.count > 0) return median(readings.spanUs);
  return readings.holdUs > 0 ? readings.holdUs : updates.polls.intervalUs;
}
