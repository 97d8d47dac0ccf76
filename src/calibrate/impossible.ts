import { inputError } from '../errors.js';
import { fixed } from '../units.js';
import { stepDeviations } from './board-steps.js';
import type { Compared } from './line-fit.js';
import type { RailPoint } from './readings.js';

/*
 * What no calibration is made of: points that cannot all be true. That some scatter more than their digits is another matter, and
 * makes what comes of them less certain.
 */

/**
 * With nothing connected a board reads less than this, A. Current sensors for tens of amperes are off by some hundredths of one at their
 * zero, by tenths where they are poor; what reads more carries a load, which would be taken for an offset of all readings.
 */
const mostZeroA = 1;

/** Why a zero is none; null where it may be one. */
export function notZero({ board, reference }: RailPoint): string | null {
  const { current } = board;
  if (reference.current?.value !== 0 || !current || Math.abs(current.value) <= mostZeroA) return null;
  return `the board reads ${fixed(current.value, 3)} A, and at a zero at most ${mostZeroA} A is taken for an error of its own: something is connected, or it is another rail`;
}

/** @throws UserError (badInput) for the first point that is no zero */
export function refuseLoadedZeros(points: readonly RailPoint[]): void {
  points.forEach((point, n) => {
    const why = notZero(point);
    if (why !== null) throw inputError(`point ${n + 1} is no zero: ${why}`);
  });
}

/** Board readings within this share, or within so many of their deviations, are of one load. */
const sameShare = 0.005;
const sameDeviations = 4;
/** A load, or a meter, wanders between two readings by less than this share of them, or by less than this, A or V. */
const wanderShare = 0.05;
const wanders = 0.1;

/**
 * Two points at which the board read the same and the meter did not: by at least as much as their last digits and a load that wanders explain.
 * @param compared of every point; null where it was not read
 * @throws UserError (badInput) that names both
 */
export function refuseContradictions(compared: readonly (Compared | null)[], unit: 'V' | 'A'): void {
  compared.forEach((one, n) => {
    const other = compared.findIndex((each, m) => m > n && one && each && contradict(one, each));
    if (other < 0) return;
    const [first, second] = [one!, compared[other]!];
    throw inputError(
      `points ${n + 1} and ${other + 1} contradict each other: the board read ${fixed(first.board, 3)} and ${fixed(second.board, 3)} ${unit}, ` +
        `and the meter ${shown(first)} and ${shown(second)} ${unit}. One was mistyped, or the board sampled another load than the meter`,
    );
  });
}

function contradict(one: Compared, other: Compared): boolean {
  const largest = Math.max(...[one, other].map(({ reference }) => Math.abs(reference)));
  const error = Math.hypot(one.boardError, other.boardError);
  const boards = Math.abs(one.board - other.board);
  if (
    boards >
    Math.max(sameDeviations * error, sameShare * Math.max(Math.abs(one.board), Math.abs(other.board)))
  )
    return false;
  const digits = (stepDeviations * (one.referenceError + other.referenceError)) / 2;
  const explained = Math.max(digits, sameDeviations * error, wanderShare * largest, wanders);
  return Math.abs(one.reference - other.reference) >= explained * (1 - dust);
}

const dust = 1e-9;
const shown = ({ reference }: Compared): string => String(Number(reference.toFixed(6)));
