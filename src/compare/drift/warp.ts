import type { Readings } from '../model/readings.js';
import type { LagChange } from './change.js';

/** By how much the lag at an instant differs from that of the run, µs: of a drift from the middle's, of a step from that before it. */
export function lagOffset({ drift, step, rangeUs }: LagChange, middleUs: number): (us: number) => number {
  if (step) return (us) => (us >= step.atUs ? step.byUs : 0);
  if (rangeUs > 0 && drift) return (us) => drift.slope * (us - middleUs);
  return () => 0;
}

/** The readings as if the lag had stayed. */
export const withoutChange = (readings: Readings, offset: (us: number) => number): Readings => ({
  ...readings,
  timeUs: readings.timeUs.map((us) => us - offset(us)),
});
