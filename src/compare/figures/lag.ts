import type { Analysis, Fitted } from '../analysis.js';
import type { Estimate, FigureKey } from '../comparison.js';
import { unknown, within } from '../estimate.js';
import type { Reach } from '../intervals/intervals.js';
import { ms } from '../time-text.js';
import { changesSeen, type Updates } from '../updates/updates.js';

const secondsPerUs = 1e-6;
const hourS = 3600;

type Lags = Partial<Record<FigureKey, Estimate>>;

const seconds = (us: number, { below, above }: Reach): Estimate =>
  within(us * secondsPerUs, below * secondsPerUs, above * secondsPerUs);

/** The sensor's period, with its reason where it cannot be told. */
export function updateFigure({ updates }: Analysis): Estimate {
  const { period, periodReason } = updates;
  if (!period) return unknown(periodReason ?? 'the updates keep to no period');
  return seconds(period.periodUs, { below: period.errorUs, above: period.errorUs });
}

/** Delay, latency and shift, window, drift, gain and offset. */
export function lagFigures(analysis: Analysis, fitted: Fitted): Lags {
  const { fit, intervals, ambiguity, change } = fitted;
  const { delayUs, widthUs, latencyUs, shiftUs } = lagsOf(analysis, fitted);
  const half = analysis.updates.unseenHoldUs / 2;
  const reach = widened(intervals.delayUs, half);
  const latencyReach: Reach = {
    below: Math.hypot(reach.below, intervals.widthUs.above / 2),
    above: Math.hypot(reach.above, intervals.widthUs.below / 2),
  };
  // The ages of polled values blur the window as well.
  const blurUs = fitted.hidden ? 0 : 2 * half;
  const widthReach: Reach = {
    below: Math.min(widthUs, intervals.widthUs.below + blurUs),
    above: intervals.widthUs.above + blurUs,
  };
  const lagReason = noSingleLag(analysis, fitted);
  const lag = (us: number, by: Reach): Estimate => (lagReason ? unknown(lagReason) : seconds(us, by));
  const isWindow = fit.kernel.kind !== 'one-pole';
  const widthReason = widthUnknown(analysis, fitted);
  const level = ambiguity.widths.length > 0 ? unknown(widthReason!) : null;
  return {
    window_s: widthReason
      ? unknown(widthReason)
      : fit.kernel.kind === 'counter'
        ? counterWindow(analysis)
        : seconds(widthUs, widthReach),
    delay_s: lag(delayUs, reach),
    latency_s: isWindow && widthReason && !lagReason ? unknown(widthReason) : lag(latencyUs, latencyReach),
    shift_s: lag(shiftUs, reach),
    drift_s_per_hour: change.drift
      ? within(change.drift.slope * hourS, change.drift.error * hourS)
      : unknown(
          change.step
            ? 'the lag steps, and does not drift'
            : 'too few parts of the run tell a lag by themselves',
        ),
    gain: level ?? leveled(fit.line.gain, intervals.gain),
    offset_w: level ?? leveled(fit.line.offsetW, intervals.offsetW),
  };
}

/** What a counter shows was used since the change before: its window is its period, or that of the polls. */
const counterWindow = ({ updates, holdUs }: Analysis): Estimate => {
  const error = updates.period?.errorUs ?? 0.5 * holdUs;
  return seconds(updates.period?.periodUs ?? holdUs, { below: error, above: error });
};

/** Where nothing tells window and gain apart, neither is known. */
const leveled = (value: number, error: number): Estimate =>
  Number.isFinite(error) ? within(value, error) : unknown('the load does not tell it apart from the window');

interface SensorLags {
  readonly delayUs: number;
  readonly widthUs: number;
  readonly latencyUs: number;
  readonly shiftUs: number;
}

/** Where polls are the limit, a value had been there for anything up to their interval: half of that is taken off. */
export function lagsOf(
  { holdUs, updates }: Analysis,
  { fit, hidden, delayUs: statedUs }: Fitted,
): SensorLags {
  const delayUs = hidden?.delayUs ?? statedUs - updates.unseenHoldUs / 2;
  const widthUs = fit.kernel.kind === 'counter' ? holdUs : (hidden?.widthUs ?? fit.widthUs);
  return {
    delayUs,
    widthUs,
    latencyUs: delayUs - (fit.kernel.kind === 'one-pole' ? widthUs : widthUs / 2),
    shiftUs: statedUs + holdUs / 2,
  };
}

const widened = ({ below, above }: Reach, by: number): Reach => ({ below: below + by, above: above + by });

/**
 * A lag that is known worse than this, as a share of the period and in µs, is none: the load changes too slowly, or its one edge lies between two
 * readings. Where polls are the limit, in ages that values may have.
 */
const looseShare = 0.2;
const looseUs = 8000;
const looseAges = 2;

/** Why there is not one lag; null where there is. */
export function noSingleLag(analysis: Analysis, fitted: Fitted): string | null {
  const { usualUs, period, updates } = analysis;
  const { ambiguity, intervals, fit, delayUs } = fitted;
  if (ambiguity.lags.length > 0) {
    const all = [fit, ...ambiguity.lags].map(({ delayUs }) => delayUs).sort((a, b) => a - b);
    const listed = all
      .slice(0, 6)
      .map((us) => ms(us))
      .join(', ');
    const apart = period ? `, ${ms(period.periodUs)} apart: the load repeats itself` : '';
    return `one of ${listed}${all.length > 6 ? ' and more' : ''}${apart}`;
  }
  const changing = lagChanges(analysis, fitted);
  if (changing) return changing;
  const { below, above } = intervals.delayUs;
  const { unseenHoldUs, isLocked, systematicUs } = updates;
  if (!Number.isFinite(unseenHoldUs)) return heldUnknown(updates);
  // What polls leave open is said of them.
  const lockedUs = isLocked ? systematicUs : 0;
  const limitUs =
    unseenHoldUs > 0 ? looseAges * unseenHoldUs : Math.max(looseShare * usualUs, looseUs) + lockedUs;
  if ((below + above) / 2 > limitUs)
    return `the load tells only that it lies between ${ms(delayUs - below - unseenHoldUs)} and ${ms(delayUs + above)}`;
  return null;
}

/** Says that the lag changes by more than it is known to; null where it stays. */
export function lagChanges({ usualUs }: Analysis, { change, intervals }: Fitted): string | null {
  const { below, above } = intervals.delayUs;
  if (change.rangeUs <= Math.max(0.1 * usualUs, below + above)) return null;
  return `the lag changes during the run, by ${ms(change.rangeUs)}${change.step ? ' at once' : ''}`;
}

const heldUnknown = ({ vagueChanges }: Updates): string =>
  `only ${changesSeen(vagueChanges ?? 0)}: how long B holds a value is not known`;

function widthUnknown({ period, updates }: Analysis, { fit, ambiguity }: Fitted): string | null {
  if (fit.kernel.kind === 'one-pole')
    return `not a window: a low-pass with a time constant of ${ms(fit.widthUs)} fits better`;
  if (!Number.isFinite(updates.unseenHoldUs)) return heldUnknown(updates);
  if (ambiguity.widths.length > 0) {
    const all = [fit, ...ambiguity.widths].map(({ widthUs }) => widthUs).sort((a, b) => a - b);
    return `one of ${all.map(ms).join(', ')}${period ? `: the load repeats itself every ${ms(period.periodUs)}` : ''}`;
  }
  return null;
}
