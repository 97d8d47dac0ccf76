import { powersAt } from '../model/kernel.js';
import type { Readings } from '../model/readings.js';
import type { Fit } from '../search/fit.js';
import type { LagStep } from './change.js';

/** By how much the lag at an instant of B's axis differs from that of the run, µs. */
export type LagOffset = (us: number) => number;

/** Of a drift: from the lag in the middle. */
export const driftOffset =
  (slope: number, middleUs: number): LagOffset =>
  (us) =>
    slope * (us - middleUs);

/** Of a step: from the lag before it, with the instant at which the readings change from one to the other. */
export function stepOffset(readings: Readings, fit: Fit, step: LagStep): LagOffset {
  const { timeUs, valueW, count } = readings;
  const { kernel, widthUs, line } = fit;
  const [before, behind] = [step.beforeUs, step.behindUs].map((delayUs) => {
    return powersAt(kernel, readings, { delayUs, widthUs }).map(
      (watts, n) => (valueW[n]! - line.gain * watts - line.offsetW) ** 2,
    );
  }) as [Float64Array, Float64Array];
  const marginUs = (step.toUs - step.fromUs) / 2;
  let [sum, least, atUs] = [0, Number.POSITIVE_INFINITY, (step.fromUs + step.toUs) / 2];
  for (let n = 0; n < count; n++) {
    if (timeUs[n]! < step.fromUs - marginUs || timeUs[n]! > step.toUs + marginUs) continue;
    if (sum < least) [least, atUs] = [sum, timeUs[n]!];
    const difference = before[n]! - behind[n]!;
    if (!Number.isNaN(difference)) sum += difference;
  }
  return (us) => (us >= atUs ? step.behindUs - step.beforeUs : 0);
}

/** The readings as if the lag had stayed. */
export const withoutChange = (readings: Readings, offset: LagOffset): Readings => ({
  ...readings,
  timeUs: readings.timeUs.map((us) => us - offset(us)),
});
