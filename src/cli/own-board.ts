import { Option } from 'commander';
import type { OwnTable } from '../board/own/table.js';

/** Of a command that talks to boards. */
export const ownBoardOption = () =>
  new Option(
    '--board <file>',
    'the file (.json) that describes a board of your own, which --port then names; docs/own-board.md',
  );

/** The table that `--board` describes; undefined where it names none. @throws UserError (badInput) */
export async function ownBoardOf({ board }: { readonly board?: string }): Promise<OwnTable | undefined> {
  if (board === undefined) return undefined;
  const { readBoardFile } = await import('../file/board-file.js');
  return readBoardFile(board);
}
