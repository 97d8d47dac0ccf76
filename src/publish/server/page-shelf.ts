import type { Reply } from './replies.js';

/** A page that holds nothing of a recording, and its content security policy. */
export interface ServedPage {
  readonly html: string;
  readonly policy: string;
}

/** More names than anybody has for one machine. */
const mostHosts = 16;

/** The page as it is replied under each host name, made once. */
export class PageShelf {
  readonly #make: (host: string) => ServedPage;
  readonly #replies = new Map<string, Reply>();

  /** @param make is told the host as the page was asked for, which it may connect to */
  constructor(make: (host: string) => ServedPage) {
    this.#make = make;
  }

  reply(host: string): Reply {
    const name = host.toLowerCase();
    const known = this.#replies.get(name);
    if (known) return known;
    const { html, policy } = this.#make(name);
    const reply: Reply = {
      status: 200,
      type: 'text/html; charset=utf-8',
      body: Buffer.from(html),
      headers: { 'Content-Security-Policy': `${policy}; frame-ancestors 'none'` },
    };
    if (this.#replies.size === mostHosts) this.#replies.clear();
    this.#replies.set(name, reply);
    return reply;
  }
}
