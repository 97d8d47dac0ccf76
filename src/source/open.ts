import { type Stats, statSync } from 'node:fs';
import { boardError, errorText, outOfDescriptors, systemErrorCode, UserError } from '../errors.js';
import { type OpenOptions, openBoard } from './open-board.js';
import type { Source } from './source.js';

/**
 * Resolves `--port`: `auto`, `sim[:PROFILE][,KEY=VALUE…]`, a capture file, or the path of a serial device.
 * @throws UserError (no board; usage for an unknown profile; bad input for a file that is no capture)
 */
export async function openSource(port: string, options: OpenOptions): Promise<Source> {
  try {
    return await open(port, options);
  } catch (error) {
    throw sourceError(port, error);
  }
}

/** What the system refuses is no bug of ours. */
function sourceError(port: string, error: unknown): unknown {
  const text = errorText(error);
  if (error instanceof UserError) return error;
  if (/uv_cwd/.test(text))
    return boardError(
      'the working folder has been deleted, and Node starts no thread in one; `cd` to another',
      error,
    );
  if (outOfDescriptors(error))
    return boardError(
      `${port} cannot be opened: no descriptor is left (${text}); raise \`ulimit -n\``,
      error,
    );
  return systemErrorCode(error) === undefined
    ? error
    : boardError(`${port} cannot be opened: ${text}`, error);
}

async function open(port: string, options: OpenOptions): Promise<Source> {
  if (port === 'sim' || port.startsWith('sim:')) {
    const { openSimulator } = await import('./simulator.js');
    return openSimulator(port.slice('sim:'.length), options);
  }
  if (port !== 'auto' && isRegularFile(port)) {
    const { openPacedCapture } = await import('./paced.js');
    return openPacedCapture(port);
  }
  const { findTheBoard } = await import('./find-board.js');
  return openBoard(port === 'auto' ? await findTheBoard() : port, options);
}

function isRegularFile(path: string): boolean {
  const stat = found(path);
  if (stat?.isDirectory())
    throw boardError(`${path} is a directory; expected a serial port, auto, sim, or a capture (.plog)`);
  return stat?.isFile() ?? false;
}

/** Whoever opens it will say what is wrong with it. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
