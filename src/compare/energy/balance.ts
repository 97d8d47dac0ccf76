import { firstAbove } from '../../measure/stretch/sorted.js';
import type { ComparedSpan } from '../comparison.js';
import type { Line } from '../model/line.js';
import type { PowerIntegral } from '../reference/integral.js';
import type { Cells } from './cells.js';

/** Both energies over the time that both cover, and what their difference is made of, J. */
export interface Balance {
  readonly aJ: number;
  readonly bJ: number;
  /** Of gain and offset. */
  readonly linearJ: number;
  /** Of what the sensor's windows did not look at, or looked at twice. */
  readonly unseenJ: number;
  /** Of what gain, offset and window do not explain. */
  readonly remainderJ: number;
  readonly durationS: number;
  /** J²: what the readings' own scatter may have added to the difference, if each reading scattered by itself. */
  readonly scatter: number;
  /** J²: the same of the instants at which the drawn curve steps. */
  readonly instants: number;
  /** J by which the difference grows for each µs of shift. */
  readonly perShiftUs: number;
  /** What both cover, on B's axis. */
  readonly spans: readonly ComparedSpan[];
  readonly count: number;
  /** How long each reading is compared, s. */
  readonly widthsS: Float64Array;
}

export interface BalanceInput {
  readonly reference: PowerIntegral;
  readonly cells: Cells;
  readonly valueW: Float64Array;
  /** What the reference says of each reading's window, W; NaN for a reading that is not used. */
  readonly referenceW: Float64Array;
  readonly jitterUs: Float64Array;
  readonly line: Pick<Line, 'gain' | 'offsetW'>;
  /** The drawn curve's lateness: a cell is compared with the reference so much earlier, µs. */
  readonly shiftUs: number;
  /** Parts of the run on A's axis; all of it without. */
  readonly within?: readonly ComparedSpan[];
}

const joules = 1e-6;
/** Cells that leave less than this between them make one span, µs. */
const togetherUs = 1;

/** Cell by cell: reading − mean = (gain − 1)·mean + offset, gain·(window − mean), and the rest. */
export function balanceOf(input: BalanceInput): Balance {
  const { reference, cells, valueW, referenceW, jitterUs, line, shiftUs, within } = input;
  const { gain, offsetW } = line;
  let [aJ, bJ, unseenJ, linearJ, remainderJ, durationUs, scatter, instants, count] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0,
  ];
  const spans: { startUs: number; endUs: number }[] = [];
  const widthsS = new Float64Array(valueW.length);
  const parts = within ?? [{ startUs: Number.NEGATIVE_INFINITY, endUs: Number.POSITIVE_INFINITY }];
  for (const part of parts) {
    let beforeW = Number.NaN;
    for (let n = firstAbove(cells.toUs, part.startUs + shiftUs); n < valueW.length; n++) {
      const fromUs = Math.max(cells.fromUs[n]! - shiftUs, part.startUs);
      const toUs = Math.min(cells.toUs[n]! - shiftUs, part.endUs);
      if (cells.fromUs[n]! - shiftUs > part.endUs) break;
      const windowW = referenceW[n]!;
      if (!(toUs > fromUs) || Number.isNaN(windowW) || !reference.covers(fromUs, toUs)) {
        beforeW = Number.NaN;
        continue;
      }
      const width = (toUs - fromUs) * joules;
      const cellJ = (reference.energyUj(toUs) - reference.energyUj(fromUs)) * joules;
      const residualW = valueW[n]! - gain * windowW - offsetW;
      count++;
      widthsS[n]! += width;
      aJ += cellJ;
      bJ += valueW[n]! * width;
      linearJ += (gain - 1) * cellJ + offsetW * width;
      unseenJ += gain * (windowW * width - cellJ);
      remainderJ += residualW * width;
      durationUs += toUs - fromUs;
      scatter += (residualW * width) ** 2;
      if (!Number.isNaN(beforeW)) instants += ((valueW[n]! - beforeW) * jitterUs[n]! * joules) ** 2;
      beforeW = valueW[n]!;
      const last = spans[spans.length - 1];
      if (last && fromUs + shiftUs <= last.endUs + togetherUs) last.endUs = toUs + shiftUs;
      else spans.push({ startUs: fromUs + shiftUs, endUs: toUs + shiftUs });
    }
  }
  let perShiftUs = 0;
  for (const { startUs, endUs } of spans)
    perShiftUs += Math.abs(reference.powerW(endUs - shiftUs) - reference.powerW(startUs - shiftUs)) * joules;
  return {
    ...{ aJ, bJ, linearJ, unseenJ, remainderJ, scatter, instants, perShiftUs, spans, count, widthsS },
    durationS: durationUs * joules,
  };
}
