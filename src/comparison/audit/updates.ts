import type { Estimate, ReadingTrace } from '../../compare/comparison.js';
import { unknown } from '../../compare/estimate.js';
import { quantile } from '../../compare/quantile.js';
import { type Brackets, bracketsOf, middlesOf } from '../../compare/updates/brackets.js';
import { periodError, wholeError } from '../../compare/updates/period-error.js';
import { phasesOf } from '../../compare/updates/phase.js';
import { trackOf } from '../../compare/updates/updates.js';

const fewestChanges = 30;
/** Of the polls, the share that may find a change, if each change is to be seen by itself. */
const oftenChanged = 0.4;

/** Readings of a sensor that gave something. */
export function answered({ timeUs, value }: ReadingTrace) {
  const kept = [...value.keys()].filter((n) => !Number.isNaN(value[n]!));
  return {
    timeUs: Float64Array.from(kept, (n) => timeUs[n]!),
    value: Float64Array.from(kept, (n) => value[n]!),
  };
}

/** Median spacing of the polls, µs; NaN with fewer than two. */
export function pollUs(timeUs: Float64Array): number {
  return quantile(
    timeUs.subarray(1).map((us, n) => us - timeUs[n]!),
    0.5,
  );
}

/** How often a sensor has something new, s, by its readings alone. */
export function updateOf(trace: ReadingTrace): Estimate {
  const { timeUs, value } = answered(trace);
  if (timeUs.length < 10) return unknown('there are too few readings');
  const intervalUs = pollUs(timeUs);
  const brackets = bracketsOf({ timeUs, value, intervalUs, impossible: 0 });
  const track = trackOf(brackets, intervalUs);
  if (typeof track === 'string') return uneven(brackets) ?? unknown(track);
  const phases = phasesOf(brackets, track, intervalUs);
  const { periodUs, errorUs } = phases.whole
    ? wholeError(brackets, phases)
    : periodError(phases.updateUs, brackets, track);
  return {
    value: periodUs / 1e6,
    interval: [(periodUs - errorUs) / 1e6, (periodUs + errorUs) / 1e6],
    reason: null,
  };
}

/** Of a sensor that keeps to no period: the middle spacing of its changes, where the polls came often enough to see them. */
function uneven(brackets: Brackets): Estimate | null {
  if (brackets.count < fewestChanges || brackets.changedShare > oftenChanged) return null;
  const changedUs = middlesOf(brackets);
  const spacingsMs = changedUs.subarray(1).map((us, n) => (us - changedUs[n]!) / 1000);
  const [early, late] = [quantile(spacingsMs, 0.05), quantile(spacingsMs, 0.95)].map(
    (ms) => `${Number(ms.toPrecision(2))}`,
  );
  return {
    value: quantile(spacingsMs, 0.5) / 1000,
    interval: null,
    reason: `uneven: nine of ten changes come ${early} to ${late} ms behind the one before`,
  };
}

/** Of the readings behind the first, the share that says what the one before said; null with fewer than two. */
export function repeatedShare(value: Float64Array): number | null {
  if (value.length < 2) return null;
  let repeated = 0;
  for (let n = 1; n < value.length; n++) if (value[n] === value[n - 1]) repeated++;
  return repeated / (value.length - 1);
}
