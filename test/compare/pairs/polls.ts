import type { Chance } from './chance.js';
import type { SensorKind, Updates } from './sensors.js';

/** How somebody asked the sensor. */
export interface Polling {
  readonly intervalS: number;
  /** Standard deviation of a poll's instant about its grid, s. */
  readonly jitterS: number;
  /** What its time stamp is rounded to, s. */
  readonly stampS: number;
  /** Whether the sensor says when it updated, as field values of NVML do. */
  readonly ownStamps: boolean;
}

/** A span of the record, s. */
export interface SpanS {
  readonly fromS: number;
  readonly toS: number;
}

/** What goes wrong between a sensor and its file. */
export interface Flaws {
  /** Share of polls that read 0, and of those that read many times too much. */
  readonly zeros: number;
  readonly spikes: number;
  /** Nothing was polled here. */
  readonly missing: readonly SpanS[];
  /** By how much the readings' clock gains on the board's, s an hour; it is right in the middle of the record. */
  readonly driftSPerHour: number;
  /** The readings' clock jumps: stamps behind `atS` are `byS` later. */
  readonly clockStep: { readonly atS: number; readonly byS: number } | null;
}

export const noFlaws: Flaws = { zeros: 0, spikes: 0, missing: [], driftSPerHour: 0, clockStep: null };

/** What a file holds: an instant and a value for each poll. A counter's values are J. */
export interface Readings {
  readonly timeUs: Float64Array;
  readonly value: Float64Array;
  readonly quantity: 'power' | 'energy';
  /** When the value was updated, by the sensor's own stamp. */
  readonly updatedUs?: Float64Array;
}

/** From the instants of the experiment to the stamps of a clock with flaws, and back, s. */
export function clockOf({ driftSPerHour, clockStep }: Flaws, durationS: number) {
  const rate = driftSPerHour / 3600;
  const stepAt = (s: number) => (clockStep && s >= clockStep.atS ? clockStep.byS : 0);
  return {
    stamp: (s: number) => s + rate * (s - durationS / 2) + stepAt(s),
    instant: (stamp: number) => {
      const before = (stamp + (rate * durationS) / 2) / (1 + rate);
      const after = (stamp - (clockStep?.byS ?? 0) + (rate * durationS) / 2) / (1 + rate);
      return clockStep && after >= clockStep.atS ? after : before;
    },
  };
}

/** Polls the sensor from 0 to `durationS`: each poll reads the newest update. */
export function poll(
  updates: Updates,
  kind: SensorKind,
  polling: Polling,
  flaws: Flaws,
  chance: Chance,
  durationS: number,
): Readings {
  const { stamp } = clockOf(flaws, durationS);
  const spoiling = chance.fork();
  const timeUs: number[] = [];
  const value: number[] = [];
  const updatedUs: number[] = [];
  const values = kind === 'counter' ? updates.counterJ! : updates.powerW;
  let newest = 0;
  let lastS = Number.NEGATIVE_INFINITY;
  const phaseS = chance.between(0, polling.intervalS);
  for (let n = 0; ; n++) {
    const gridS = phaseS + n * polling.intervalS;
    if (gridS > durationS) break;
    const atS = Math.max(lastS + 1e-4, gridS + polling.jitterS * chance.normal());
    const spoiled = spoiling.between(0, 1);
    const factor = spoiled < flaws.zeros ? 0 : spoiled > 1 - flaws.spikes ? spoiling.between(5, 60) : 1;
    if (flaws.missing.some(({ fromS, toS }) => atS >= fromS && atS < toS)) continue;
    lastS = atS;
    while (newest + 1 < updates.atS.length && updates.atS[newest + 1]! <= atS) newest++;
    const stamped = Math.round(stamp(atS) / polling.stampS) * polling.stampS;
    const us = Math.round(stamped * 1e6);
    if (timeUs.length > 0 && us <= timeUs.at(-1)!) continue;
    timeUs.push(us);
    value.push(factor * values[newest]!);
    updatedUs.push(Math.round(stamp(updates.atS[newest]!) * 1e6));
  }
  return {
    timeUs: Float64Array.from(timeUs),
    value: Float64Array.from(value),
    quantity: kind === 'counter' ? 'energy' : 'power',
    ...(polling.ownStamps ? { updatedUs: Float64Array.from(updatedUs) } : {}),
  };
}
