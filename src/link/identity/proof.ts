import type { Board } from '../../board/board.js';
import { makeFrameCheck } from '../../board/check.js';
import type { Dialogue } from '../dialogue.js';

/** So many readings must agree with themselves before a layout that nobody vouches for is believed. */
const provingFrames = 3;

/** What is wrong with the readings of a board whose layout nobody vouches for; null where they are as they should be. */
export function* provedWrong(board: Board): Dialogue<string | null> {
  const { sensors } = board.commands;
  const isPlausible = makeFrameCheck(board);
  for (let n = 0; n < provingFrames; n++) {
    const frame = yield { command: sensors, untilQuiet: true };
    if (frame.length !== sensors.replyBytes)
      return `its readings have ${frame.length} bytes, expected ${sensors.replyBytes}`;
    if (!isPlausible(new DataView(frame.buffer, frame.byteOffset, frame.length), 0))
      return 'its readings contradict themselves';
  }
  return null;
}
