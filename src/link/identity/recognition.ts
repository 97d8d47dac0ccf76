import { type Board, commandsOf } from '../../board/board.js';
import { isNewerThanKnown } from '../../board/catalogue.js';
import { boardError } from '../../errors.js';
import type { ByteFaultKind } from '../../stream/event.js';
import { type Dialogue, drain } from '../dialogue.js';
import type { Identified } from './identified.js';

export interface Recognition {
  /** Whether it is the board that it was, with the firmware that it had; otherwise it is another, or none. */
  readonly same: boolean;
  /** Bytes that came and were no answer. */
  readonly strayBytes: number;
}

/** How many times in a row a board may be silent (over a second in all) before it counts as lost. */
const attempts = 8;
/** How many times it may say something else before it counts as another board. */
const wrongAnswers = 4;

/**
 * After a fault: is it still the same board? Everything it says has to be what it said before, byte for byte, so that nothing
 * left over can be taken for it. Only WELCOME, the makers' question, is asked of one that might be another.
 */
export function* recognize({ credentials: questions, isStranger }: Identified): Dialogue<Recognition> {
  let strayBytes = 0;
  let wrong = 0;
  for (let attempt = 0; attempt < attempts && wrong < wrongAnswers; attempt++) {
    strayBytes += (yield drain).length;
    if (isStranger && (yield* isStranger())) break;
    let right = 0;
    for (const [command, expected] of questions) {
      const answer = yield { command };
      if (!answer.equals(expected)) {
        strayBytes += answer.length;
        if (answer.length > 0) wrong++;
        break;
      }
      right++;
    }
    if (right === questions.length) return { same: true, strayBytes };
  }
  return { same: false, strayBytes };
}

/**
 * What becomes of a board whose readings contradict themselves again and again: one whose firmware is not known is read
 * wrongly after all.
 * @throws UserError (no board) for such a firmware
 */
export function refuseUnproven({ identity: { id, product, firmware, port } }: Identified): void {
  if (isNewerThanKnown(id, firmware))
    throw boardError(
      `${port}: the readings of this ${product} contradict themselves; its firmware ${firmware} is newer than this powerlog knows. What was recorded before is whole. Update powerlog`,
    );
}

/** What a reply of the wrong length is. */
export function faultOfLength({ commands }: Board, length: number): ByteFaultKind {
  if (length === 0) return 'no-reply';
  if (length > commands.sensors.replyBytes) return 'stray-bytes';
  return commandsOf({ commands }).some((command) => command.replyBytes === length)
    ? 'wrong-answer'
    : 'short-reply';
}
