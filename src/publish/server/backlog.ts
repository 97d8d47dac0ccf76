import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Replies that one connection may be owed at a time. A browser asks for one and waits for it. */
const mostOwed = 8;

/** How many replies each connection has not taken yet: without a bound, one that asks and never reads fills the memory. */
export class Backlog {
  readonly #owed = new WeakMap<Socket, number>();

  /** Whether a request is to be answered; the connection of one that is not is ended. */
  takes({ socket }: IncomingMessage, response: ServerResponse): boolean {
    if (socket.destroyed) return false;
    const owed = this.#owed.get(socket) ?? 0;
    if (owed === mostOwed) {
      socket.destroy();
      return false;
    }
    this.#owed.set(socket, owed + 1);
    response.once('close', () => this.#owed.set(socket, this.#owed.get(socket)! - 1));
    return true;
  }
}
