import { boardError, type UserError } from '../../errors.js';

/** Why an attempt to tell who is there failed. */
export interface Failure {
  readonly problem: UserError;
  /** How many answers came, up to the one that is the problem; none where nobody answered. */
  readonly answers: number;
}

/** Of two attempts the one that came further, as told: on a busy machine a later one may be confused by what came late. */
export const furthest = (before: Failure | undefined, failure: Failure): Failure =>
  before && before.answers > failure.answers ? before : failure;

/** All answered as it should, and then more came. */
export const restless = (port: string): Failure => ({
  problem: boardError(`${port} does not come to rest; another program may be using the port`),
  answers: Number.POSITIVE_INFINITY,
});
