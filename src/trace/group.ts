import { Engine } from '../engine/engine.js';
import { Histogram } from '../measure/histogram.js';
import { instantsJ, samplingJ } from '../measure/uncertainty.js';
import { aboutEnd, type Edge, pieceOf, powerAt } from './edge.js';

/** One component in one group. */
export interface GroupComponent {
  energyNj: number;
  minMw: number;
  maxMw: number;
  gapsJ: number;
  cutsJ: number;
  instantsJ: number;
  /** Squared, since the sampling errors of different stretches are independent. */
  samplingSquares: number;
  readonly histogram: Histogram | null;
}

export interface GroupResult {
  readonly components: readonly GroupComponent[];
  /** What of the stretches lies between the first and the last sample, µs. */
  withinUs: number;
  /** What of that lies in gaps. */
  inGapsUs: number;
}

/** Adds a stretch between two ends to its group. */
export function addUp(result: GroupResult, start: Edge, end: Edge, instantUs: number): void {
  const sameSpacing = start.sample === end.sample;
  const pieces = sameSpacing
    ? [[end, start.us, end.us] as const]
    : [[start, start.us, start.rightUs] as const, [end, end.leftUs, end.us] as const];
  result.withinUs += end.us - start.us;
  for (const [edge, fromUs, toUs] of pieces) if (edge.gap) result.inGapsUs += toUs - fromUs;
  if (!sameSpacing)
    result.inGapsUs += end.sums.gapsUs - start.sums.gapsUs - (start.gap ? start.rightUs - start.leftUs : 0);

  result.components.forEach((component, c) => {
    let energyNj = 0;
    let stepSquares = 0;
    let gapsJ = 0;
    let cutJ = 0;
    if (!sameSpacing) {
      // From the sample right of the start to the one left of the end.
      const first = pieceOf(start, start.leftUs, start.rightUs, c);
      energyNj = end.sums.energyNj[c]! - start.sums.energyNj[c]! - first.energyNj;
      stepSquares = end.sums.stepSquares[c]! - start.sums.stepSquares[c]! - first.stepSquares;
      gapsJ = end.sums.gapsJ[c]! - start.sums.gapsJ[c]! - first.gapsJ;
    }
    for (const [edge, fromUs, toUs] of pieces) {
      const piece = pieceOf(edge, fromUs, toUs, c);
      energyNj += piece.energyNj;
      stepSquares += piece.stepSquares;
      gapsJ += piece.gapsJ;
      cutJ += piece.cutJ;
    }
    component.energyNj += energyNj;
    // Differences of long sums may fall a rounding short of 0.
    component.gapsJ += Math.max(gapsJ, 0);
    component.cutsJ += cutJ;
    component.instantsJ += instantsJ(aboutEnd(start, c), aboutEnd(end, c), instantUs);
    component.samplingSquares += samplingJ(stepSquares) ** 2;
    for (const edge of [start, end]) countPower(component, powerAt(edge, edge.us, c));
  });
}

/** Counts a sample that lies in one of the group's stretches. */
export function countSample({ components }: GroupResult, nowMw: Float64Array): void {
  for (let c = 0; c < nowMw.length; c++) {
    countPower(components[c]!, nowMw[c]!);
    components[c]!.histogram?.add(nowMw[c]!);
  }
}

function countPower(component: GroupComponent, power: number): void {
  if (power < component.minMw) component.minMw = power;
  if (power > component.maxMw) component.maxMw = power;
}

const newComponent = (engine: Engine | null): GroupComponent => ({
  energyNj: 0,
  minMw: Number.POSITIVE_INFINITY,
  maxMw: Number.NEGATIVE_INFINITY,
  gapsJ: 0,
  cutsJ: 0,
  instantsJ: 0,
  samplingSquares: 0,
  histogram: engine && new Histogram(engine),
});

export function newGroup(components: number, distribution: boolean): GroupResult {
  const engine = distribution ? new Engine() : null;
  return {
    components: Array.from({ length: components }, () => newComponent(engine)),
    withinUs: 0,
    inGapsUs: 0,
  };
}
