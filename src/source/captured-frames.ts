import type { Board } from '../board/board.js';
import { boardFor } from '../board/catalogue.js';
import { openCapture } from '../capture/open.js';
import { inputError } from '../errors.js';

/** A capture's frames one after another, in memory that threads may share, and the table of the board that they are of. */
interface CapturedFrames {
  readonly board: Board;
  readonly frames: Uint8Array<SharedArrayBuffer>;
}

/** @throws UserError (bad input) where it is no capture, of a board that is not simulated, or empty */
export async function readCapturedFrames(
  path: string,
  onNotice: (text: string) => void,
): Promise<CapturedFrames> {
  const reader = await openCapture(path);
  try {
    const { id, product, frameBytes } = reader.board;
    const board = boardFor(id, reader.header.board.firmware);
    if (board?.frameBytes !== frameBytes)
      throw inputError(`${path} is of a ${product}, which the simulator does not play`);
    const blocks: Uint8Array[] = [];
    for await (const { count, frames } of reader.blocks()) blocks.push(frames.slice(0, count * frameBytes));
    const total = blocks.reduce((sum, block) => sum + block.length, 0);
    if (total === 0) throw inputError(`${path} holds no samples; there is nothing to answer with`);
    for (const { message } of reader.warnings()) onNotice(message);
    const frames = new Uint8Array(new SharedArrayBuffer(total));
    let at = 0;
    for (const block of blocks) {
      frames.set(block, at);
      at += block.length;
    }
    return { board, frames };
  } finally {
    await reader.close();
  }
}
