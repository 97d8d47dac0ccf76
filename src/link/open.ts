import type { Link } from './link.js';

/** `auto`: the fast link where the system has it. */
export type LinkChoice = 'auto' | 'tty' | 'stream';

/** Opens a port and identifies the board behind it. @throws UserError (no board) */
export async function openLink(path: string, choice: LinkChoice): Promise<Link> {
  if (choice === 'stream' || (choice === 'auto' && process.platform === 'win32')) {
    const { openStreamLink } = await import('./stream-link.js');
    return openStreamLink(path);
  }
  const { openTtyLink } = await import('./tty-link.js');
  return openTtyLink(path);
}
