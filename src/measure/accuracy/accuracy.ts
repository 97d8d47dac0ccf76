import type { Instrument } from '../../board/board.js';
import type { ComponentSum, Wiring } from '../rail-map.js';
import { accuracyJ, type CalibratedParts, calibratedAccuracyJ, type RailAccuracy } from '../uncertainty.js';
import type { AppliedCalibration } from './applied.js';

/** The rails that a column of powers is made of. */
export type Terms = ComponentSum['terms'];

/** What columns of powers are worth, where rails of a board were calibrated. */
export class Accuracy {
  readonly parts: readonly CalibratedParts[];

  readonly #rails: ReadonlyMap<number, RailAccuracy>;

  /**
   * @param rails those that were calibrated
   * @param columns every column of powers. A calibrated rail without a column of its own is of the nominal accuracy.
   */
  constructor(
    rails: ReadonlyMap<number, RailAccuracy>,
    readonly columns: readonly Terms[],
  ) {
    this.#rails = rails;
    const columnOf = new Map(
      columns.flatMap((terms, column) =>
        terms.length === 1 && terms[0]!.sign === 1 ? [[terms[0]!.rail, column] as const] : [],
      ),
    );
    this.parts = columns.map((terms) =>
      terms.flatMap(({ rail, sign }) => {
        const of = rails.get(rail);
        const column = columnOf.get(rail);
        return of && column !== undefined ? [{ column, sign, of }] : [];
      }),
    );
  }

  /** The accuracy of other columns of these rails. */
  over(columns: readonly Terms[]): Accuracy {
    return new Accuracy(this.#rails, columns);
  }
}

/**
 * The accuracy's part of the energy in a column over so many seconds.
 * @param accuracy absent where no rail was calibrated
 * @param nominalShare holds for what was not
 */
export function columnAccuracyJ(
  accuracy: Accuracy | undefined,
  column: number,
  energyOf: (column: number) => number,
  seconds: number,
  nominalShare: number,
): number {
  const parts = accuracy?.parts[column] ?? [];
  if (parts.length === 0) return accuracyJ(energyOf(column), nominalShare);
  return calibratedAccuracyJ(energyOf(column), parts, energyOf, seconds, nominalShare);
}

/** The rails, as indexes, whose power is known as a calibration says. */
export const calibratedRails = (
  { rails }: Pick<Instrument, 'rails'>,
  applied: AppliedCalibration | null,
): number[] => rails.flatMap(({ name }, rail) => (applied?.rails[name]?.accuracy ? [rail] : []));

/** Whether the accuracy of a rail is not known: its maker publishes none, nobody said one, and it was not calibrated. */
export const isAccuracyLacking = (
  accuracyShare: number,
  board: Pick<Instrument, 'rails'>,
  applied: AppliedCalibration | null,
): boolean => {
  const calibrated = calibratedRails(board, applied).length;
  return Number.isNaN(accuracyShare) && (calibrated < board.rails.length || calibrated === 0);
};

/** A column that is one rail's. */
export const termsOf = (rail: number): Terms => [{ rail, sign: 1 }];

/** What the powers of the components, and then of the rails, are worth; undefined where the nominal accuracy holds for all. */
export function accuracyOf(
  board: Pick<Instrument, 'rails'>,
  { sums }: Wiring,
  applied: AppliedCalibration | null,
): Accuracy | undefined {
  const found = calibratedRails(board, applied);
  if (found.length === 0) return undefined;
  return new Accuracy(
    new Map(found.map((rail) => [rail, applied!.rails[board.rails[rail]!.name]!.accuracy!])),
    [...sums.map(({ terms }) => terms), ...board.rails.map((_, rail) => termsOf(rail))],
  );
}

/** The columns that a trace keeps of a recording: the components, and behind them the rails that were calibrated. */
export const tracedColumns = ({
  wiring,
  board,
  applied,
}: {
  readonly wiring: Wiring;
  readonly board: Pick<Instrument, 'rails'>;
  readonly applied: AppliedCalibration | null;
}): Terms[] => [...wiring.sums.map(({ terms }) => terms), ...calibratedRails(board, applied).map(termsOf)];
