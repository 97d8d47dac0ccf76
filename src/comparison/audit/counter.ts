import type { Estimate, ReadingTrace } from '../../compare/comparison.js';
import type { PowerIntegral } from '../../compare/reference/integral.js';
import { firstAbove } from '../../measure/stretch/sorted.js';
import type { CounterAudit } from './sheet.js';
import { updateOf } from './updates.js';

/** A counter's steps: when it was first seen to have each of its values, J. */
export class CounterSteps {
  readonly timeUs: Float64Array;
  readonly energyJ: Float64Array;

  constructor({ timeUs, value }: ReadingTrace) {
    const times: number[] = [];
    const values: number[] = [];
    for (let n = 0; n < value.length; n++) {
      if (Number.isNaN(value[n]!) || value[n] === values.at(-1)) continue;
      times.push(timeUs[n]!);
      values.push(value[n]!);
    }
    this.timeUs = Float64Array.from(times);
    this.energyJ = Float64Array.from(values);
  }

  /** As who asks at an instant is told; NaN before the first reading. */
  joulesUntil(us: number): number {
    return this.energyJ[firstAbove(this.timeUs, us) - 1] ?? Number.NaN;
  }
}

/** Fewer steps than this say nothing of a counter. */
const fewestSteps = 10;

/**
 * Holds a counter against the sensor's own power, from its first true step to its last, since what it held at the run's ends had
 * been counted for a time that nobody knows.
 * @returns the reason where that cannot be done
 */
export function auditCounter(
  trace: ReadingTrace,
  column: string,
  steps: CounterSteps,
  power: PowerIntegral | null,
  reference: PowerIntegral | null,
): CounterAudit | string {
  const { timeUs, energyJ } = steps;
  // The first value was there before anybody looked.
  const within = [...timeUs.keys()].slice(1).filter((n) => {
    const us = timeUs[n]!;
    return reaches(power, us) && reaches(reference, us);
  });
  if (within.length < fewestSteps) return `${column} has ${within.length} steps in this run`;
  const [from, to] = [within[0]!, within.at(-1)!];
  const [fromUs, toUs] = [timeUs[from]!, timeUs[to]!];
  const counterJ = energyJ[to]! - energyJ[from]!;
  if (!(counterJ > 0)) return `${column} does not grow`;
  const update: Estimate = updateOf(trace);
  return {
    ...{ column, update, counterJ, spanS: (toUs - fromUs) / 1e6 },
    integralJ: joulesOf(power, fromUs, toUs),
    referenceJ: joulesOf(reference, fromUs, toUs),
  };
}

const reaches = (integral: PowerIntegral | null, us: number): boolean =>
  !integral || (us >= integral.startUs && us <= integral.endUs);

const joulesOf = (integral: PowerIntegral | null, fromUs: number, toUs: number): number | null =>
  integral?.covers(fromUs, toUs) ? (integral.energyUj(toUs) - integral.energyUj(fromUs)) / 1e6 : null;

/** Of `gpu0_power_w` its device’s counter, `gpu0_energy_j`; null of a power that is of a part of a device. */
export function counterNameOf(power: string): string | null {
  const [, device] = /^(\w+?)_(?:(?:plain|average|counter)_)?power_w$/.exec(power) ?? [];
  return device === undefined ? null : `${device}_energy_j`;
}
