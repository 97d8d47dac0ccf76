import type { LinkChoice } from '../link/open.js';
import type { Source } from './source.js';

export interface OpenOptions {
  readonly link: LinkChoice;
  /** How long a lost board is waited for; 0 is not at all. */
  readonly reconnectMs: number;
  /** For a person, while it happens. */
  readonly onNotice: (text: string) => void;
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
