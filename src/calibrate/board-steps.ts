import type { Field, Instrument } from '../board/board.js';

/** By how much a rail's readings differ at least, where they differ: V and A. */
export interface RailSteps {
  readonly voltage: number;
  readonly current: number;
}

/** A step is so many standard deviations of what is rounded to it. */
export const stepDeviations = Math.sqrt(12);

/** @param rail an index into the board's rails */
export function railSteps({ fields, rails }: Pick<Instrument, 'fields' | 'rails'>, rail: number): RailSteps {
  const { voltage, current } = rails[rail]!;
  return { voltage: stepOf(fields[voltage]!), current: stepOf(fields[current]!) };
}

/** One of the stored number, which is read as a whole number of its last decimal. */
const stepOf = ({ factor = 1, scale, decimals }: Field): number =>
  Math.max(1, Math.abs(factor * (scale?.gain ?? 1))) / 10 ** decimals;
