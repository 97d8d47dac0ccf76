import type { Board } from '../board/board.js';
import { usageError } from '../errors.js';
import { parseDurationMs } from '../units.js';

/** A bit of the board's fault words that the simulator raises. */
export interface RaisedFault {
  readonly bit: number;
  /** From the first reading on, ms. */
  readonly afterMs: number;
  /** How long it stands, ms; Infinity for ever. */
  readonly forMs: number;
}

/**
 * Reads `BIT[:AFTER[:FOR]]`, such as `ocp_hpwr1_w3:2s:500ms` or `18`.
 * @throws UserError (usage) that says what is allowed
 */
export function parseRaisedFault(text: string, board: Board): RaisedFault {
  if (!board.faults)
    throw usageError(
      `a ${board.product} with firmware ${board.firmware} tells of no faults; try --board benchlab2, pmd2, pmd2x or wireview`,
    );
  const [name = '', after, duration, ...rest] = text.split(':');
  const found = board.faults.bits.find((each) => each.name === name || String(each.bit) === name);
  if (!found || rest.length > 0)
    throw usageError(
      `'${text}' is not of the form BIT[:AFTER[:FOR]]; bits are ${board.faults.bits.map((each) => each.name).join(', ')}, or their numbers`,
    );
  return {
    bit: found.bit,
    afterMs: after === undefined ? 0 : parseDurationMs(after),
    forMs: duration === undefined ? Number.POSITIVE_INFINITY : parseDurationMs(duration),
  };
}
