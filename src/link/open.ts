import type { OwnTable } from '../board/own/table.js';
import type { Link } from './link.js';

/** `auto`: the fast link where the system has it. */
export type LinkChoice = 'auto' | 'tty' | 'stream';

/**
 * Opens a port and identifies the board behind it.
 * @param own What a file describes, where it is to be that; one of the makers' otherwise
 * @throws UserError (no board)
 */
export async function openLink(path: string, choice: LinkChoice, own?: OwnTable): Promise<Link> {
  if (choice === 'stream' || (choice === 'auto' && process.platform === 'win32'))
    return openStream(path, own);
  const { openTtyLink, NoTtyLink } = await import('./tty/tty-link.js');
  try {
    return await openTtyLink(path, own);
  } catch (error) {
    if (choice === 'auto' && error instanceof NoTtyLink) return openStream(path, own);
    throw error;
  }
}

async function openStream(path: string, own: OwnTable | undefined): Promise<Link> {
  const { openStreamLink } = await import('./stream/stream-link.js');
  return openStreamLink(path, own);
}
