import type { CalibratedRail, CurrentLine, VoltageLine } from '../board/correction.js';
import { withinLimit } from '../measure/uncertainty.js';
import { tidy } from '../units.js';
import { type RailSteps, stepDeviations } from './board-steps.js';
import { refuseContradictions, refuseLoadedZeros } from './impossible.js';
import { type Compared, fitLine, fitRatio, isOnePlace, outliersOf } from './line-fit.js';
import type { RailPoint } from './readings.js';

/** Shares of the reading: the limits that a data sheet gives. */
export interface ReferenceAccuracy {
  readonly voltage: number;
  readonly current: number;
}

/** What came of a rail, and what people should know of it. */
interface RailResult extends Pick<CalibratedRail, 'voltage' | 'current' | 'points'> {
  readonly remarks: readonly string[];
}

/**
 * What a board's readings of a rail have to be multiplied by, and what is to be added, to be the reference's. A rail's voltage stays
 * within some percent, from which nothing can be told of its zero, so that it gets a gain alone.
 * @param steps of the board: a mean of its readings is not known better than one of them, evenly spread
 * @throws UserError (badInput) where the points cannot all be true
 */
export function calibrateRail(
  points: readonly RailPoint[],
  accuracy: ReferenceAccuracy,
  steps: RailSteps,
): RailResult {
  const voltages = points.map((point) => comparedOf(point, 'voltage', steps));
  const currents = points.map((point) => comparedOf(point, 'current', steps));
  refuseLoadedZeros(points);
  refuseContradictions(voltages, 'V');
  refuseContradictions(currents, 'A');
  const remarks: string[] = [];
  const voltage = voltageOf(present(voltages), accuracy.voltage, remarks);
  const current = currentOf(present(currents), accuracy.current, remarks);
  const apart = outliersAmong(currents);
  const strange = apart.flatMap((is, n) => (is ? [n + 1] : []));
  if (strange.length > 0)
    remarks.push(
      `point ${strange.join(', ')} lies further from the line than the others scatter: was it mistyped, or the load not steady? It counts as it is`,
    );
  return {
    voltage,
    current,
    points: points.map(({ board, reference }, n) => ({
      board_voltage_v: rounded(board.voltage?.value),
      board_current_a: rounded(board.current?.value),
      voltage_v: rounded(reference.voltage?.value),
      current_a: rounded(reference.current?.value),
      outlier: apart[n]!,
    })),
    remarks,
  };
}

function voltageOf(points: readonly Compared[], accuracy: number, remarks: string[]): VoltageLine | null {
  const loaded = points.filter(({ board, reference }) => board !== 0 && reference !== 0);
  if (loaded.length === 0) {
    remarks.push(
      'no voltage was compared: it stays as the board says, and the nominal accuracy holds at best',
    );
    return null;
  }
  const { gain, gainHalf } = fitRatio(loaded);
  return {
    gain: tidy(gain),
    gain_uncertainty: tidy(Math.hypot(gainHalf, gain * withinLimit(accuracy))),
    fit: { gain: tidy(gainHalf) },
  };
}

function currentOf(points: readonly Compared[], accuracy: number, remarks: string[]): CurrentLine | null {
  if (points.length === 0) {
    remarks.push(
      'no current was compared: it stays as the board says, and the nominal accuracy holds at best',
    );
    return null;
  }
  if (isOnePlace(points)) return onePlace(points, accuracy, remarks);
  const { gain, offset, gainHalf, offsetHalf, correlation } = fitLine(points);
  if (points.length === 2)
    remarks.push(
      'two points make a line of themselves: how far they scatter is not known; a third would tell',
    );
  return {
    gain: tidy(gain),
    offset_a: tidy(offset),
    gain_uncertainty: tidy(Math.hypot(gainHalf, gain * withinLimit(accuracy))),
    offset_uncertainty_a: tidy(Math.hypot(offsetHalf, offset * withinLimit(accuracy))),
    fit: { gain: tidy(gainHalf), offset_a: tidy(offsetHalf), correlation: tidy(correlation) },
  };
}

/** Points at one load give a gain, as if the zero were right; at no load the zero, as if the gain were. */
function onePlace(points: readonly Compared[], accuracy: number, remarks: string[]): CurrentLine {
  if (points.every(({ reference }) => reference === 0)) {
    remarks.push(
      'only the zero was compared: the offset is known and the gain is not, so that the nominal accuracy holds at best',
    );
    const { offset, half } = meanOffset(points);
    const known = { offset_a: tidy(offset), offset_uncertainty_a: tidy(half) };
    return { gain: 1, gain_uncertainty: null, ...known, fit: null };
  }
  remarks.push(
    'only one load was compared: the gain holds there, the offset is not known, so that the nominal accuracy holds at best; compare the zero (--zero), or another load',
  );
  const { gain, gainHalf } = fitRatio(points);
  const known = {
    gain: tidy(gain),
    gain_uncertainty: tidy(Math.hypot(gainHalf, gain * withinLimit(accuracy))),
  };
  return { ...known, offset_a: 0, offset_uncertainty_a: null, fit: null };
}

/** A line through points whose board readings are taken for 1: its level is what is to be added. */
function meanOffset(points: readonly Compared[]): { readonly offset: number; readonly half: number } {
  const { gain, gainHalf } = fitRatio(
    points.map(({ board, boardError, reference, referenceError }) => ({
      ...{ board: 1, boardError: 0 },
      reference: reference - board,
      referenceError: Math.hypot(boardError, referenceError),
    })),
  );
  return { offset: gain, half: gainHalf };
}

function comparedOf(
  { board, reference }: RailPoint,
  what: 'voltage' | 'current',
  steps: RailSteps,
): Compared | null {
  const [mean, reading] = [board[what], reference[what]];
  if (!mean || !reading) return null;
  return {
    board: mean.value,
    boardError: Math.hypot(mean.error, steps[what] / stepDeviations),
    reference: reading.value,
    referenceError: reading.step / stepDeviations,
  };
}

function outliersAmong(compared: readonly (Compared | null)[]): boolean[] {
  const apart = outliersOf(present(compared));
  let next = 0;
  return compared.map((each) => each !== null && apart[next++]!);
}

const present = <Value>(values: readonly (Value | null)[]): Value[] =>
  values.filter((value) => value !== null);

const rounded = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value * 1e6) / 1e6;
