import { benchlab } from '../board/benchlab.js';
import { openCapture } from '../capture/reader.js';
import { inputError } from '../errors.js';

/**
 * A capture's frames one after another, in memory that threads may share.
 * @throws UserError (bad input) where it is no capture, of a board that is not simulated, or empty
 */
export async function readCapturedFrames(
  path: string,
  onNotice: (text: string) => void,
): Promise<Uint8Array<SharedArrayBuffer>> {
  const reader = await openCapture(path);
  try {
    if (reader.board.id !== benchlab.id)
      throw inputError(`${path} is of a ${reader.board.product}; the simulator plays a ${benchlab.product}`);
    const blocks: Uint8Array[] = [];
    for await (const { count, frames } of reader.blocks())
      blocks.push(frames.slice(0, count * benchlab.frameBytes));
    const total = blocks.reduce((sum, block) => sum + block.length, 0);
    if (total === 0) throw inputError(`${path} holds no samples; there is nothing to answer with`);
    if (reader.problem) onNotice(reader.problem.message);
    const frames = new Uint8Array(new SharedArrayBuffer(total));
    let at = 0;
    for (const block of blocks) {
      frames.set(block, at);
      at += block.length;
    }
    return frames;
  } finally {
    await reader.close();
  }
}
