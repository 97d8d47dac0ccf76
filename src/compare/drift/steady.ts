import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';
import { type LagChange, lagChange } from './change.js';
import { joinedStep } from './joined-step.js';
import { segmentLags } from './segments.js';
import { driftOffset, type LagOffset, stepOffset, withoutChange } from './warp.js';

/** Readings whose lag stays, a fit to them, and what had to be taken off for that. */
export interface Steady {
  readonly readings: Readings;
  readonly fit: Fit;
  readonly change: LagChange;
  readonly offset: LagOffset;
}

/** A drift bends the window's edges in each part as well, so that it is found in rounds. */
const rounds = 3;

/** Where a change leaves this many times what is left without it, the parts were found at lags of other edges: there is no such change. */
const misleading = 2;

/** A step that no part told by itself has to take away more than this share of what is left without it. */
const takenAway = 0.5;

/** The best fit to readings, about one that was good before. */
type Refit = (readings: Readings, about: Fit) => Fit;

/**
 * Looks whether the lag changes, takes the change off the readings' instants, and fits anew, until nothing is left.
 * @param searchUs how far from the whole run's the lag of a part may be
 */
export function steadyLag(raw: Readings, start: Fit, refit: Refit, searchUs: number): Steady {
  const steady = withoutChanges(raw, start, refit, searchUs);
  return 1 - steady.fit.explained > misleading * (1 - start.explained)
    ? { readings: raw, fit: start, change: unchanged, offset: () => 0 }
    : steady;
}

function withoutChanges(raw: Readings, start: Fit, refit: Refit, searchUs: number): Steady {
  const middleUs = (raw.timeUs[0]! + raw.timeUs[raw.count - 1]!) / 2;
  let steady: Steady = { readings: raw, fit: start, change: unchanged, offset: () => 0 };
  let [slope, rangeUs] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const parts = segmentLags(steady.readings, steady.fit, searchUs);
    const found = lagChange(parts);
    if (round === 0 && found.step) return withoutStep(raw, start, found, refit, searchUs);
    const joined = round === 0 && found.rangeUs === 0 ? joinedStep(parts) : null;
    if (joined) {
      const rangeUs = Math.abs(joined.behindUs - joined.beforeUs);
      const parted = withoutStep(raw, start, { drift: null, step: joined, rangeUs }, refit, searchUs);
      if (1 - parted.fit.explained < (1 - takenAway) * (1 - start.explained)) return parted;
    }
    const drift = found.drift && { slope: slope + found.drift.slope, error: found.drift.error };
    const isDone = found.rangeUs === 0 || !drift;
    if (!isDone) {
      slope = drift.slope;
      rangeUs = Math.abs(slope) * (raw.timeUs[raw.count - 1]! - raw.timeUs[0]!);
    }
    const change = { drift, step: null, rangeUs };
    if (isDone) return { ...steady, change };
    const offset = driftOffset(slope, middleUs);
    const readings = withoutChange(raw, offset);
    steady = { readings, fit: refit(readings, steady.fit), change, offset };
  }
  return steady;
}

/** Two lags at once widen the window, so that both are told better by the fit without the step. */
function withoutStep(raw: Readings, start: Fit, first: LagChange, refit: Refit, searchUs: number): Steady {
  let steady: Steady = { readings: raw, fit: start, change: first, offset: () => 0 };
  for (let [round, found] = [0, first]; round < rounds && found.step; round++) {
    const offset = stepOffset(raw, steady.fit, found.step);
    const readings = withoutChange(raw, offset);
    // The whole run's fit may be that of the part behind the step, far from where all readings are now.
    const about = { ...steady.fit, delayUs: found.step.beforeUs };
    steady = { readings, fit: refit(readings, about), change: { ...found, drift: null }, offset };
    found = lagChange(segmentLags(raw, steady.fit, searchUs));
  }
  return steady;
}

const unchanged: LagChange = { drift: null, step: null, rangeUs: 0 };
