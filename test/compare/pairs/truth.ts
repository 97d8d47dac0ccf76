import type { PowerCurve } from './curve.js';
import type { Load } from './loads.js';
import { clockOf, type Flaws, type SpanS } from './polls.js';
import { delayOf, type Sensor, type Updates } from './sensors.js';

/** What is true of a pair, whatever its samples and polls show of it. Lags in s: delay, latency and shift as docs/compare.md has them. */
export interface Truth {
  /** `twin`: another device that does the same steps; `none`: a device that does something else. */
  readonly relation: 'same' | 'twin' | 'none';
  readonly updateS: number;
  /** Null of a one-pole, which has a time constant instead. */
  readonly windowS: number | null;
  readonly timeConstantS: number | null;
  /** In the middle of the record, and before any step of the clock. */
  readonly delayS: number;
  readonly latencyS: number;
  readonly shiftS: number;
  readonly driftSPerHour: number;
  readonly gain: number;
  readonly offsetW: number;
  /** Of the load. */
  readonly periodS: number | null;
  readonly events: number | null;
  /** Exact energies over spans of the readings' stamps. */
  over(...spans: readonly SpanS[]): EnergyTruth;
}

/** Energies, J, exact. `aJ` is the device's over the same spans put back by the shift; `rawAJ` over the very spans. */
export interface EnergyTruth {
  readonly spanS: number;
  readonly aJ: number;
  readonly rawAJ: number;
  /** Of the curve that the sensor's updates draw, each held until the next. */
  readonly bJ: number;
  /** Of gain and offset: (g − 1)·a + o·T. */
  readonly linearJ: number;
  /** Of what the windows did not look at: g·(seen − a). */
  readonly unseenJ: number;
  /** Of noise and rounding: what is left of b − a. */
  readonly remainderJ: number;
}

export function truthOf(
  relation: Truth['relation'],
  load: Load,
  sensor: Sensor,
  updates: Updates,
  flaws: Flaws,
  durationS: number,
): Truth {
  const { kind, updateS, windowS, timeConstantS, latencyS, gain, offsetW } = sensor;
  const delayS = delayOf(sensor);
  const { instant } = clockOf(flaws, durationS);
  return {
    relation,
    updateS,
    windowS: kind === 'onePole' ? null : windowS,
    timeConstantS: kind === 'onePole' ? timeConstantS : null,
    delayS,
    latencyS,
    shiftS: delayS + updateS / 2,
    driftSPerHour: flaws.driftSPerHour,
    gain,
    offsetW,
    periodS: load.periodS,
    events: load.events,
    over: (...spans) => {
      const instants = spans.map(({ fromS, toS }) => ({ fromS: instant(fromS), toS: instant(toS) }));
      return energies(load.curve, sensor, updates, delayS + updateS / 2, instants);
    },
  };
}

function energies(
  curve: PowerCurve,
  { gain, offsetW }: Sensor,
  updates: Updates,
  shiftS: number,
  spans: readonly SpanS[],
): EnergyTruth {
  const over = (energyJ: (span: SpanS) => number) => spans.reduce((sum, span) => sum + energyJ(span), 0);
  const spanS = over(({ fromS, toS }) => toS - fromS);
  const aJ = over(({ fromS, toS }) => curve.energyBetween(fromS - shiftS, toS - shiftS));
  const bJ = over((span) => heldJ(updates.atS, updates.powerW, span));
  const linearJ = (gain - 1) * aJ + offsetW * spanS;
  const unseenJ = gain * (over((span) => heldJ(updates.atS, updates.seenW, span)) - aJ);
  return {
    spanS,
    aJ,
    rawAJ: over(({ fromS, toS }) => curve.energyBetween(fromS, toS)),
    bJ,
    linearJ,
    unseenJ,
    remainderJ: bJ - aJ - linearJ - unseenJ,
  };
}

/** J of values that are each held until the next. */
function heldJ(atS: Float64Array, powerW: Float64Array, { fromS, toS }: SpanS): number {
  let sumJ = 0;
  for (let n = 0; n < atS.length; n++) {
    const startS = Math.max(fromS, atS[n]!);
    const endS = Math.min(toS, atS[n + 1] ?? Number.POSITIVE_INFINITY);
    if (endS > startS) sumJ += powerW[n]! * (endS - startS);
  }
  return sumJ;
}
