import type { OwnTable } from '../board/own/table.js';
import { realPath } from '../file/real-path.js';
import type { LinkChoice } from '../link/open.js';
import type { Together } from './find-board.js';
import type { Reconnect } from './live.js';
import type { Source } from './source.js';

export interface OpenOptions {
  readonly link: LinkChoice;
  /** How long a lost board is waited for; 0 is not at all. */
  readonly reconnectMs: number;
  /** For a person, while it happens. */
  readonly onNotice: (text: string) => void;
  /** The boards of one recording, where there may be several. */
  readonly together?: Together;
  /** What a file describes, where the board is to be that; one of the makers' otherwise. */
  readonly own?: OwnTable | undefined;
  /** Which of several simulated boards it is, from 1, so that no two are alike. */
  readonly ordinal?: number;
  /** Of a capture, what was run and marked when it was made comes again too: to be looked at. */
  readonly withCommand?: boolean;
}

/** A live board on a port, found again by its UID if it goes away. */
export async function openBoard(path: string, options: OpenOptions): Promise<Source> {
  const [{ openLink }, { LiveSource }, { waitForBoard }] = await Promise.all([
    import('../link/open.js'),
    import('./live.js'),
    import('./find-board.js'),
  ]);
  const { link: choice, reconnectMs: limitMs, onNotice, together = newTogether(), own } = options;
  const link = await openLink(path, choice, own);
  let port = realPath(path);
  together.ports.add(port);
  together.uids.add(link.identity.uid);
  const reconnect: Reconnect = async (identity, signal) => {
    together.ports.delete(port);
    const found = await waitForBoard(identity, { link: choice, limitMs, together, onNotice, own }, signal);
    if (found) {
      port = realPath(found.identity.port);
      together.ports.add(port);
    }
    return found;
  };
  return new LiveSource(link, { onNotice, reconnect: limitMs > 0 ? reconnect : null });
}

export const newTogether = (): Together => ({ ports: new Set(), uids: new Set() });
