import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Somebody who asks over and over. */
export interface Scraper {
  /** Whatever its connections have in common. */
  readonly key: string;
}

/** More than anybody has for one machine. */
const mostScrapers = 64;

/**
 * Tells scrapers apart, since each is told of the time since its own last scrape. One that keeps its connection is known by that, as
 * Prometheus is; a new connection goes on for one of the same address, program and question whose connection has ended.
 */
export class Scrapers {
  /** The one that asked longest ago stands first. */
  readonly #known = new Map<Scraper, Socket>();
  readonly #onForget: (scraper: Scraper) => void;

  /** @param onForget is told who will not be known again */
  constructor(onForget: (scraper: Scraper) => void) {
    this.#onForget = onForget;
  }

  of({ socket, headers, url = '' }: IncomingMessage): Scraper {
    const key = `${socket.remoteAddress} ${headers['user-agent'] ?? ''} ${url}`;
    const known = [...this.#known].reverse();
    const [scraper] =
      known.find(([each, its]) => its === socket && each.key === key) ??
      known.find(([each, its]) => its.destroyed && each.key === key) ??
      [];
    const found = scraper ?? { key };
    this.#known.delete(found);
    if (this.#known.size === mostScrapers) this.#forgetOldest();
    this.#known.set(found, socket);
    return found;
  }

  #forgetOldest(): void {
    const [oldest] = this.#known.keys();
    this.#known.delete(oldest!);
    this.#onForget(oldest!);
  }
}
