import { beginsCapture } from '../../capture/parts.js';
import { openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import { csvFormOf } from '../../session/rows/csv-form.js';
import { isFile } from '../sides/open-side.js';
import { besideWhich } from '../sides/recording-facts.js';

const headBytes = 16 << 10;

/** Whether a file is neither a capture nor a board's CSV: a sensor's track, or anybody's. @throws UserError (badInput) */
export async function isForeign(path: string): Promise<boolean> {
  if (!isFile(path)) return false;
  const input = await openByteInput(path);
  try {
    const window = new ByteWindow(input, new Uint8Array(headBytes));
    if (await beginsCapture(window)) return false;
    await window.ensure(headBytes);
    const head = Buffer.from(window.bytes.subarray(0, window.available)).toString('latin1');
    // A track of nothing but powers has the header that a board's chosen columns may have.
    return csvFormOf(head.split('\n', 1)[0]!.split(',')) === undefined || besideWhich(path) !== null;
  } finally {
    await input.close();
  }
}
