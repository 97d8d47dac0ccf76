import { instantsJ, samplingJ } from '../measure/uncertainty.js';
import { noQuantiles, type QuantilesMw } from './distributions.js';
import type { HistoryChunk } from './history.js';
import { aboutEnd, energyBehindNj, pieceOf, powerAt, type SpanEnd } from './span-end.js';

/** One component in the spans of a group. */
export interface ComponentSums {
  energyNj: number;
  /** Of the spans without length, the powers at their instants. */
  instantsMw: number;
  minMw: number;
  maxMw: number;
  gapsJ: number;
  cutsJ: number;
  instantsJ: number;
  /** Squared, since the sampling errors of different spans are independent. */
  samplingSquares: number;
  /** Null where they were not asked for. */
  quantilesMw: QuantilesMw | null;
}

/** What the spans of a group hold, added up. */
export interface SpanSums {
  readonly components: readonly ComponentSums[];
  /** How many spans have no length. */
  instants: number;
  /** What of the spans lies between the first and the last sample, µs. */
  withinUs: number;
  /** What of that lies in gaps. */
  inGapsUs: number;
}

/** Adds a span between two ends to its group. */
export function addUp(sums: SpanSums, start: SpanEnd, end: SpanEnd, instantUs: number): void {
  const sameSpacing = start.sample === end.sample;
  const pieces = sameSpacing
    ? [[end, start.us, end.us] as const]
    : [[start, start.us, start.rightUs] as const, [end, end.leftUs, end.us] as const];
  const isInstant = start.us === end.us;
  // Whenever it was, it took no time; two ends that may be off each by itself may have been apart.
  const isExact = isInstant && start.uncertaintyUs === 0 && end.uncertaintyUs === 0;
  if (isInstant) sums.instants++;
  sums.withinUs += end.us - start.us;
  for (const [spacing, fromUs, toUs] of pieces) if (spacing.gap) sums.inGapsUs += toUs - fromUs;
  if (!sameSpacing)
    sums.inGapsUs += end.sums.gapsUs - start.sums.gapsUs - (start.gap ? start.rightUs - start.leftUs : 0);

  sums.components.forEach((component, c) => {
    let energyNj = 0;
    let stepSquares = 0;
    let gapsJ = 0;
    let cutJ = 0;
    if (!sameSpacing) {
      // From the sample right of the start to the one left of the end.
      const first = pieceOf(start, start.leftUs, start.rightUs, c);
      energyNj = energyBehindNj(start.sums, end.sums, c, first.energyNj);
      stepSquares = end.sums.stepSquares[c]! - start.sums.stepSquares[c]! - first.stepSquares;
      gapsJ = end.sums.gapsJ[c]! - start.sums.gapsJ[c]! - first.gapsJ;
    }
    for (const [spacing, fromUs, toUs] of pieces) {
      const piece = pieceOf(spacing, fromUs, toUs, c);
      energyNj += piece.energyNj;
      stepSquares += piece.stepSquares;
      gapsJ += piece.gapsJ;
      cutJ += piece.cutJ;
    }
    component.energyNj += energyNj;
    // Differences of long sums may fall a rounding short of 0.
    component.gapsJ += Math.max(gapsJ, 0);
    component.cutsJ += cutJ;
    if (!isExact) component.instantsJ += instantsJ(aboutEnd(start, c), aboutEnd(end, c), instantUs);
    if (isInstant) component.instantsMw += powerAt(start, start.us, c);
    component.samplingSquares += samplingJ(stepSquares) ** 2;
    for (const at of [start, end]) countPower(component, powerAt(at, at.us, c));
  });
}

/** Takes rows `from … to-1` of a chunk, which lie in one of the group's spans, into the extremes. */
export function countSamples(
  { components }: SpanSums,
  { powerMw }: HistoryChunk,
  from: number,
  to: number,
): void {
  components.forEach((component, c) => {
    const column = powerMw[c]!;
    for (let row = from; row < to; row++) countPower(component, column[row]!);
  });
}

function countPower(component: ComponentSums, power: number): void {
  if (power < component.minMw) component.minMw = power;
  if (power > component.maxMw) component.maxMw = power;
}

export const newSpanSums = (components: number, distribution: boolean): SpanSums => ({
  components: Array.from({ length: components }, () => ({
    energyNj: 0,
    instantsMw: 0,
    minMw: Number.POSITIVE_INFINITY,
    maxMw: Number.NEGATIVE_INFINITY,
    gapsJ: 0,
    cutsJ: 0,
    instantsJ: 0,
    samplingSquares: 0,
    quantilesMw: distribution ? noQuantiles : null,
  })),
  instants: 0,
  withinUs: 0,
  inGapsUs: 0,
});
