import { magic } from '../capture/format.js';
import { readCapture } from '../capture/open.js';
import { standsAt } from '../capture/parts.js';
import { inputError, usageError } from '../errors.js';
import { openByteInput } from '../file/byte-input.js';
import { ByteWindow } from '../file/byte-window.js';
import { CaptureSource } from './capture.js';
import { type DumpFacts, FrameDumpSource } from './dump/frame-dump.js';
import { FrameSync } from './dump/frame-sync.js';

/**
 * Opens what `replay` reads: a capture, or with `dump` given a bare dump of frames.
 * @throws UserError (badInput) where it is neither; (usage) where `dump` is given for a capture
 */
export async function openRecorded(
  path: string,
  dump: DumpFacts | null,
): Promise<CaptureSource | FrameDumpSource> {
  const input = await openByteInput(path);
  try {
    const window = new ByteWindow(input);
    if (!dump) return new CaptureSource(await readCapture(window));
    await window.ensure(dump.board.frameBytes);
    if (standsAt(window, magic))
      throw usageError(
        `${input.name} is a capture and says its board and rate itself: leave out --board and --rate`,
      );
    if (window.available < dump.board.frameBytes)
      throw inputError(
        `${input.name} holds ${window.available} bytes, less than one ${dump.board.product} frame of ${dump.board.frameBytes}`,
      );
    if ((await new FrameSync(window, dump.board).find(0)) === null)
      throw inputError(
        `${input.name} is no dump of ${dump.board.product} frames: nowhere in it do ${dump.board.frameBytes} bytes agree ` +
          'with themselves as readings (supply, voltages, power = voltage × current)',
      );
    return new FrameDumpSource(window, dump);
  } catch (error) {
    await input.close();
    throw error;
  }
}
