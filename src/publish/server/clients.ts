import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';

/** What may wait for one client to read it, bytes: a few seconds' worth. */
const mostWaitingBytes = 1 << 20;
/** Who has not read for so long is not there any more, ms: on a busy machine a page behind others may stand still for long. */
const patienceMs = 60_000;

/** How pages are let go. */
export interface Goodbye {
  /** What of it is waited for: that all is handed to the system, or that the pages have answered, and have it. */
  readonly until: 'told' | 'answered';
  /** And no longer than so, ms. */
  readonly graceMs: number;
}

/**
 * How servers end. Beside 20 busy loops none of ten pages had answered after 350 ms; one that is cut off before it has heard the end goes on
 * looking for its server, or says for good that the recording was lost.
 */
export const goodbyes: Readonly<Record<Goodbye['until'], Goodbye>> = {
  told: { until: 'told', graceMs: 300 },
  answered: { until: 'answered', graceMs: 3000 },
};

/** How often it is looked whether all is handed over, ms. */
const lookMs = 2;

interface Client {
  readonly socket: WebSocket;
  /** Messages that it did not get, since what waits for it was too much. */
  missed: number;
  /** Since when that is so; null where it keeps up. */
  behindSinceMs: number | null;
}

/**
 * The pages that listen. Each message goes to all of them, in the same memory. Who does not read in time is passed over, told so with
 * the next message that it takes, and let go where it takes none.
 */
export class StreamClients {
  readonly #greeting: (missed: number) => Uint8Array;
  readonly #onCount: (count: number) => void;
  readonly #clients = new Set<Client>();

  /**
   * @param greeting makes what a client is told first, and again when it missed something
   * @param onCount is told how many listen, whenever that changes
   */
  constructor(greeting: (missed: number) => Uint8Array, onCount: (count: number) => void) {
    this.#greeting = greeting;
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#clients.size;
  }

  add(socket: WebSocket): void {
    const client: Client = { socket, missed: 0, behindSinceMs: null };
    this.#clients.add(client);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#clients.delete(client);
      this.#onCount(this.#clients.size);
    });
    this.#onCount(this.#clients.size);
    give(client, this.#greeting(0));
  }

  broadcast(message: Uint8Array): void {
    for (const client of this.#clients) {
      if (client.socket.bufferedAmount > mostWaitingBytes) this.#passOver(client);
      else if (client.missed === 0) give(client, message);
      else {
        const { missed } = client;
        client.missed = 0;
        client.behindSinceMs = null;
        give(client, this.#greeting(missed));
      }
    }
  }

  /** Gives to all, also those that are behind, what nothing comes after: it says all that they missed. */
  broadcastLast(message: Uint8Array): void {
    for (const client of this.#clients) give(client, message);
  }

  /** What waits for each, bytes. */
  waitingBytes(): number[] {
    return [...this.#clients].map(({ socket }) => socket.bufferedAmount);
  }

  async close({ until, graceMs }: Goodbye): Promise<void> {
    if (this.#clients.size === 0) return;
    const sockets = [...this.#clients].map(({ socket }) => socket);
    for (const socket of sockets) socket.close(1000);
    const untilMs = performance.now() + graceMs;
    const isOver = () =>
      until === 'told' ? this.waitingBytes().every((bytes) => bytes === 0) : this.#clients.size === 0;
    while (!isOver() && performance.now() < untilMs) await sleep(lookMs);
    for (const socket of sockets) socket.terminate();
  }

  #passOver(client: Client): void {
    client.missed++;
    client.behindSinceMs ??= performance.now();
    if (performance.now() - client.behindSinceMs > patienceMs) client.socket.terminate();
  }
}

const give = ({ socket }: Client, message: Uint8Array): void => socket.send(message, { binary: true });
