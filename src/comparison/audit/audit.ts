import type { Comparison, Estimate, ReadingTrace, ReferenceTrace } from '../../compare/comparison.js';
import { unknown } from '../../compare/estimate.js';
import { PowerIntegral } from '../../compare/reference/integral.js';
import { auditCounter, CounterSteps } from './counter.js';
import { type Correction, phaseErrors } from './phase-errors.js';
import { powerBands } from './range.js';
import { type AuditSheet, noBoard } from './sheet.js';
import { answered, pollUs, repeatedShare, updateOf } from './updates.js';

export interface AuditInput {
  /** The board's power; null where there is only the sensor. */
  readonly reference: ReferenceTrace | null;
  /** Null of a sensor that only counts. */
  readonly power: ReadingTrace | null;
  /** The sensor's counter of the same device, and its column. */
  readonly counter: { readonly trace: ReadingTrace; readonly column: string } | null;
  /** Of the reference with the power, or with the counter where there is none; null without a reference. */
  readonly comparison: Comparison | null;
}

/** A spacing of polls longer than so many of the usual ones is time of which the sensor said nothing. */
const silentPolls = 10;
/** A gain that is no better known than this is none to correct by. */
const leastGain = 0.05;

/**
 * Finds out about a sensor what its readings, and a board's where there is one, can tell.
 * @throws RangeError without power and counter
 */
export function auditSensor({ reference, power, counter, comparison }: AuditInput): AuditSheet {
  const main = power ?? counter?.trace;
  if (!main) throw new RangeError('a sensor that is audited tells a power or counts an energy');
  const { timeUs, value } = answered(main);
  const intervalUs = pollUs(timeUs);
  const board = reference && reference.timeUs.length > 1 ? reference : null;
  const told = comparison?.figures.update_s;
  const update = told && told.value !== null ? told : updateOf(main);
  const sheet = {
    pollS: Number.isNaN(intervalUs) ? null : intervalUs / 1e6,
    readings: value.length,
    spanS: timeUs.length < 2 ? 0 : (timeUs.at(-1)! - timeUs[0]!) / 1e6,
    ...{ update, repeatedShare: repeatedShare(value), duty: dutyOf(update, comparison), comparison },
    ...rangeOf(comparison),
  };
  if (timeUs.length < 2)
    return { ...sheet, counter: null, counterReason: 'there are too few readings', phases: [] };
  const integrals = {
    reference: board && new PowerIntegral(board),
    power: power && integralOf(answered(power)),
  };
  const steps = counter && new CounterSteps(counter.trace);
  const counted =
    counter && steps
      ? auditCounter(counter.trace, counter.column, steps, integrals.power, integrals.reference)
      : 'it has no counter of energy';
  const isCounted = typeof counted !== 'string';
  return {
    ...sheet,
    counter: isCounted ? counted : null,
    counterReason: isCounted ? null : counted,
    phases: phaseErrors({
      ...integrals,
      fromUs: Math.max(board?.timeUs[0] ?? 0, timeUs[0]!),
      toUs: Math.min(board?.timeUs.at(-1) ?? 0, timeUs.at(-1)!),
      correction: correctionOf(comparison),
      counter: isCounted ? steps : null,
    }),
  };
}

/** By straight lines between the readings. */
const integralOf = ({
  timeUs,
  value,
}: {
  timeUs: Float64Array;
  value: Float64Array;
}): PowerIntegral | null =>
  timeUs.length < 2
    ? null
    : new PowerIntegral({
        timeUs,
        powerMw: value.map((watts) => watts * 1000),
        gapLimitUs: silentPolls * pollUs(timeUs),
      });

/** The window that a sensor looks at, as a share of the time between two updates; at most all of it. */
function dutyOf(update: Estimate, comparison: Comparison | null): Estimate {
  if (!comparison) return unknown(noBoard);
  const window = comparison.figures.window_s;
  if (comparison.kernel !== 'boxcar')
    return unknown(
      comparison.kernel === 'counter'
        ? 'a counter looks all the time'
        : 'it weighs the past by a time constant, not by a window',
    );
  if (window.value === null) return unknown(window.reason ?? 'its window is not known');
  if (update.value === null) return unknown(update.reason ?? 'its update period is not known');
  const share = (windowS: number, updateS: number) => Math.min(1, windowS / updateS);
  return {
    value: share(window.value, update.value),
    interval:
      window.interval && update.interval
        ? [share(window.interval[0], update.interval[1]), share(window.interval[1], update.interval[0])]
        : null,
    reason: window.interval && update.interval ? null : (window.reason ?? update.reason),
  };
}

function rangeOf(comparison: Comparison | null): Pick<AuditSheet, 'range' | 'rangeReason'> {
  if (!comparison) return { range: [], rangeReason: noBoard };
  if (comparison.verdict !== 'related' || !comparison.aligned)
    return { range: [], rangeReason: comparison.reason };
  const range = powerBands(comparison.aligned);
  return { range, rangeReason: range.length > 0 ? null : 'the power was the same all the time' };
}

function correctionOf(comparison: Comparison | null): Correction | null {
  if (comparison?.verdict !== 'related') return null;
  const { shift_s, gain, offset_w } = comparison.figures;
  if (shift_s.value === null || gain.value === null || offset_w.value === null) return null;
  if (!(gain.value > leastGain)) return null;
  return { shiftUs: shift_s.value * 1e6, gain: gain.value, offsetW: offset_w.value };
}
