import type { Instrument } from '../board/board.js';
import { errorText, inputError } from '../errors.js';
import { openByteInput } from '../file/byte-input.js';
import { ByteWindow } from '../file/byte-window.js';
import { resolveWiring } from '../measure/rail-map.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import { boardOf } from './header.js';
import { readHeaderJson } from './parts.js';
import { CaptureReader } from './reader.js';

/**
 * Opens a capture, checks its header, and stands before its first block.
 * @param path a file, `-` for standard input; gzip is told by its content
 * @throws UserError (badInput) where it is no capture, of a newer format, or of a board that is not known
 */
export async function openCapture(path: string): Promise<CaptureReader> {
  const input = await openByteInput(path);
  try {
    return await readCapture(new ByteWindow(input));
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** As `openCapture`, of an input that is open and stands at its first byte. */
export async function readCapture(window: ByteWindow): Promise<CaptureReader> {
  const { name } = window.input;
  const [{ captureHeaderSchema, issueText }, { readCaptureEvent }] = await Promise.all([
    import('../schema/capture-header.js'),
    import('../schema/capture-event.js'),
  ]);
  const readHeader = async (): Promise<CaptureHeader> => {
    const parsed = captureHeaderSchema.safeParse(await readHeaderJson(window));
    if (!parsed.success) throw inputError(`${name}: its header is wrong at ${issueText(parsed.error)}`);
    return parsed.data;
  };
  const header = await readHeader();
  const board = boardOf(header, name);
  refuseStrangeMap(board, header, name);
  return new CaptureReader(window, header, board, readHeader, readCaptureEvent);
}

/** A map that is none of the capture's own board is no fault of the command line. */
function refuseStrangeMap(board: Instrument, { map }: CaptureHeader, name: string): void {
  try {
    resolveWiring(board, map);
  } catch (error) {
    throw inputError(`${name}: its header is wrong at map: ${errorText(error)}`, error);
  }
}
