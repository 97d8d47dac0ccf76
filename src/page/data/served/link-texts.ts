import type { LinkState } from './server-link.js';

/** How a page stands with its server, where that is to be said. */
export const linkTexts: Readonly<Record<LinkState, string>> = {
  connecting: 'Connecting …',
  connected: '',
  reconnecting: 'The connection broke off; trying again …',
  refused: 'powerlog was started anew: open the address that it printed.',
  closed: 'powerlog has ended; what is here stays.',
};
