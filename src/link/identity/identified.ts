import type { Board, Command } from '../../board/board.js';
import type { UserError } from '../../errors.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import type { Dialogue } from '../dialogue.js';
import type { IdentifiedTalker } from '../listening/identify.js';

export interface Identified {
  readonly board: Board;
  readonly identity: BoardIdentity;
  /** What it was asked who it is, and said, byte for byte: what it has to say again after every fault. */
  readonly credentials: readonly (readonly [Command, Uint8Array])[];
  /** Of a board that a file describes: asked before these, whether another is there, to which they must not be said. */
  readonly isStranger?: () => Dialogue<UserError | null>;
}

/** Who answered: a board that is asked, or one that talks. */
export type Answerer = Identified | IdentifiedTalker;
