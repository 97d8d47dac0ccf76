import type { Chance } from './chance.js';
import type { PowerCurve } from './curve.js';

export const sensorKinds = ['held', 'averaged', 'onePole', 'dutyCycled', 'counter'] as const;
export type SensorKind = (typeof sensorKinds)[number];

/** A vendor's sensor: each update publishes `gain` × what it saw + `offsetW` + noise, and holds it until the next. */
export interface Sensor {
  readonly kind: SensorKind;
  readonly updateS: number;
  /** Length of the mean; 0 of a held one, and of a one-pole, whose `timeConstantS` it is instead. */
  readonly windowS: number;
  readonly timeConstantS: number;
  /** From the end of what it looked at to the update. */
  readonly latencyS: number;
  readonly gain: number;
  readonly offsetW: number;
  readonly noiseW: number;
  /** Standard deviation of an update's instant about its grid. */
  readonly jitterS: number;
  /** What it rounds to, W; of a counter, J. */
  readonly resolution: number;
}

/** From the middle of what a reading looked at (of a one-pole, its centre of gravity) to its update, s. */
export const delayOf = ({ latencyS, windowS, timeConstantS }: Sensor): number =>
  latencyS + windowS / 2 + timeConstantS;

/** A sensor of a kind, within what cards are known to have. */
export function drawSensor(kind: SensorKind, chance: Chance): Sensor {
  const nominalS = chance.pick(
    kind === 'dutyCycled' ? [0.1, 0.1, 0.1, 0.2] : [0.02, 0.02, 0.05, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1],
  );
  const updateS = nominalS * (1 + chance.between(-0.015, 0.015));
  const windows: Readonly<Record<SensorKind, () => number>> = {
    held: () => 0,
    averaged: () =>
      chance.pick([updateS, updateS * chance.between(0.5, 1), Math.max(updateS, chance.between(0.1, 1.2))]),
    onePole: () => 0,
    dutyCycled: () => updateS * chance.pick([0.25, 0.25, chance.between(0.1, 0.5)]),
    counter: () => updateS,
  };
  return {
    kind,
    updateS,
    windowS: windows[kind](),
    timeConstantS: kind === 'onePole' ? chance.logBetween(0.05, 0.5) : 0,
    latencyS: chance.chance(0.3) ? chance.between(0, 0.01) : chance.logBetween(0.01, 1.2),
    gain: chance.between(0.85, 1.1),
    offsetW: chance.between(-25, 15),
    noiseW: chance.logBetween(0.05, 0.8),
    jitterS: chance.logBetween(0.00005, 0.0005),
    resolution: kind === 'counter' ? 0.001 : chance.pick([0.001, 0.01, 0.01, 1]),
  };
}

/** Everything a sensor published, in order. */
export interface Updates {
  readonly atS: Float64Array;
  /** What was published, W; of a counter the mean power since the update before. */
  readonly powerW: Float64Array;
  /** What it would be without noise, gain and offset: the device's mean over the window, W. */
  readonly seenW: Float64Array;
  /** Of a counter, J since it began, as it prints it. */
  readonly counterJ: Float64Array | null;
}

/** One update that is published late, while those behind it keep to their grid. */
export interface LateUpdate {
  readonly nearS: number;
  readonly byS: number;
}

/** What a sensor publishes from `fromS` to `toS`. */
export function publish(
  sensor: Sensor,
  curve: PowerCurve,
  chance: Chance,
  fromS: number,
  toS: number,
  late?: LateUpdate,
): Updates {
  const { updateS, windowS, latencyS, gain, offsetW, noiseW, resolution, kind } = sensor;
  const count = Math.floor((toS - fromS) / updateS) + 1;
  const phaseS = fromS + chance.between(0, updateS);
  const atS = new Float64Array(count);
  const seenW = new Float64Array(count);
  const powerW = new Float64Array(count);
  const counterJ = kind === 'counter' ? new Float64Array(count) : null;
  const lowPass = kind === 'onePole' ? curve.lowPass(sensor.timeConstantS) : undefined;
  let countedJ = 0;
  let endS = Number.NaN;
  for (let n = 0; n < count; n++) {
    const gridS = phaseS + n * updateS + sensor.jitterS * chance.normal();
    const isLate = late !== undefined && Math.abs(gridS - late.nearS) < updateS / 2;
    atS[n] = gridS + (isLate ? late.byS : 0);
    const untilS = gridS - latencyS;
    const fromWindowS = kind === 'counter' && n > 0 ? endS : untilS - windowS;
    seenW[n] = lowPass ? lowPass(untilS) : curve.meanOver(fromWindowS, untilS);
    const published = gain * seenW[n]! + offsetW + noiseW * chance.normal();
    if (counterJ) {
      const before = Math.round(countedJ / resolution) * resolution;
      countedJ += published * (untilS - fromWindowS);
      counterJ[n] = Math.round(countedJ / resolution) * resolution;
      powerW[n] = (counterJ[n]! - before) / (untilS - fromWindowS);
    } else powerW[n] = Math.round(published / resolution) * resolution;
    endS = untilS;
  }
  return { atS, powerW, seenW, counterJ };
}
