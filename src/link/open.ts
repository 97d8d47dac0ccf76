import type { Link } from './link.js';

/** `auto`: the fast link where the system has it. */
export type LinkChoice = 'auto' | 'tty' | 'stream';

/** Opens a port and identifies the board behind it. @throws UserError (no board) */
export async function openLink(path: string, choice: LinkChoice): Promise<Link> {
  if (choice === 'stream' || (choice === 'auto' && process.platform === 'win32')) return openStream(path);
  const { openTtyLink, NoTtyLink } = await import('./tty/tty-link.js');
  try {
    return await openTtyLink(path);
  } catch (error) {
    if (choice === 'auto' && error instanceof NoTtyLink) return openStream(path);
    throw error;
  }
}

async function openStream(path: string): Promise<Link> {
  const { openStreamLink } = await import('./stream/stream-link.js');
  return openStreamLink(path);
}
