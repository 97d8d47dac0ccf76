import type { Expected, Link } from './link.js';

/** `auto`: the fast link where the system has it. */
export type LinkChoice = 'auto' | 'tty' | 'stream';

/**
 * Opens a port and identifies the board behind it.
 * @param expected Where it is known what it has to be; whatever powerlog knows otherwise
 * @throws UserError (no board)
 */
export async function openLink(path: string, choice: LinkChoice, expected?: Expected): Promise<Link> {
  if (choice === 'stream' || (choice === 'auto' && process.platform === 'win32'))
    return openStream(path, expected);
  const { openTtyLink, NoTtyLink } = await import('./tty/tty-link.js');
  try {
    return await openTtyLink(path, expected);
  } catch (error) {
    if (choice === 'auto' && error instanceof NoTtyLink) return openStream(path, expected);
    throw error;
  }
}

async function openStream(path: string, expected: Expected | undefined): Promise<Link> {
  const { openStreamLink } = await import('./stream/stream-link.js');
  return openStreamLink(path, expected);
}
