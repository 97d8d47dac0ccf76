import { statSync } from 'node:fs';
import { boardError } from '../errors.js';
import type { LinkChoice } from '../link/open.js';
import type { Source } from './source.js';

export interface OpenOptions {
  readonly link: LinkChoice;
  /** How long a lost board is waited for; 0 is not at all. */
  readonly reconnectMs: number;
  /** For a person, while it happens. */
  readonly onNotice: (text: string) => void;
}

/**
 * Resolves `--port`: `auto`, `sim[:PROFILE]`, a capture file, or the path of a serial device.
 * @throws UserError (no board; usage for an unknown profile; bad input for a file that is no capture)
 */
export async function openSource(port: string, options: OpenOptions): Promise<Source> {
  if (port === 'sim' || port.startsWith('sim:')) {
    const { openSimulator } = await import('./simulator.js');
    return openSimulator(port.slice('sim:'.length) || undefined, options);
  }
  if (port !== 'auto' && isRegularFile(port)) {
    const { openPacedCapture } = await import('./paced.js');
    return openPacedCapture(port);
  }
  const { findTheBoard } = await import('./find-board.js');
  return openBoard(port === 'auto' ? await findTheBoard() : port, options);
}

/** A live board on a port, found again by its UID if it goes away. */
export async function openBoard(path: string, options: OpenOptions): Promise<Source> {
  const [{ openLink }, { LiveSource }, { waitForBoard }] = await Promise.all([
    import('../link/open.js'),
    import('./live.js'),
    import('./find-board.js'),
  ]);
  const { link: choice, reconnectMs, onNotice } = options;
  const link = await openLink(path, choice);
  return new LiveSource(link, {
    onNotice,
    reconnect: (identity, signal) => waitForBoard(identity, choice, reconnectMs, signal, onNotice),
  });
}

function isRegularFile(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory())
    throw boardError(`${path} is a directory; expected a serial port, auto, sim, or a capture (.plog)`);
  return stat?.isFile() ?? false;
}
