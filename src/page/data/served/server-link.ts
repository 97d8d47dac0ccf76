import { type Piece, unpackPiece } from '../../../draw/packing.js';
import {
  paths,
  type ServedDocument,
  type ServedHead,
  type ServedMeasure,
  streamProtocol,
  unpackMessage,
} from '../../../draw/served.js';

/** How a page stands with its server. */
export type LinkState =
  | 'connecting'
  | 'connected'
  /** The stream broke off; it is tried again. */
  | 'reconnecting'
  /** The server does not take the token: it is another one, or the address was cut. */
  | 'refused'
  /** The server has said goodbye. */
  | 'closed';

/** Waits before the second try, and at most, ms. */
const firstWaitMs = 250;
const longestWaitMs = 8000;
const goodbye = 1000;

/** The page's side of the server: asks with the token, which it has from the address's fragment, and listens. */
export class ServerLink {
  onState: (state: LinkState) => void = () => {};
  #state: LinkState = 'connecting';
  onMessage: (head: ServedHead, pieces: readonly ArrayBuffer[]) => void = () => {};
  readonly #base: URL;
  readonly #token: string;
  #waitMs = firstWaitMs;
  #isLeaving = false;

  /** @param address of the page, fragment and all */
  constructor(address: string) {
    this.#base = new URL(address);
    this.#token = new URLSearchParams(this.#base.hash.slice(1)).get('token') ?? '';
  }

  /** Whether the server can be asked, as far as is known. */
  get isThere(): boolean {
    return !this.#isLeaving && (this.#state === 'connecting' || this.#state === 'connected');
  }

  /** It has said its last word, and goes. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** @throws Error that says what the server did */
  async document(): Promise<ServedDocument> {
    return (await this.#ask(paths.document, {})).json() as Promise<ServedDocument>;
  }

  async piece(run: string, fromUs: number, toUs: number, columns: number): Promise<Piece> {
    const reply = await this.#ask(paths.piece, { run, from: fromUs, to: toUs, columns });
    return unpackPiece(await reply.arrayBuffer());
  }

  async measure(run: string, fromUs: number, toUs: number): Promise<ServedMeasure> {
    return (await this.#ask(paths.measure, { run, from: fromUs, to: toUs })).json() as Promise<ServedMeasure>;
  }

  /** Listens, and goes on to try where that breaks off, until the server says goodbye. */
  listen(): void {
    const address = new URL(paths.stream, this.#base);
    address.protocol = 'ws:';
    address.hash = '';
    const socket = new WebSocket(address, [streamProtocol, this.#token]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.#waitMs = firstWaitMs;
      this.#become('connected');
    };
    socket.onmessage = ({ data }) => {
      const { head, pieces } = unpackMessage(data as ArrayBuffer);
      this.onMessage(head, pieces);
    };
    socket.onclose = ({ code }) => {
      if (code === goodbye) this.#become('closed');
      else void this.#tryAgain();
    };
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.onState(state);
  }

  async #tryAgain(): Promise<void> {
    this.#become('reconnecting');
    await new Promise((resolve) => setTimeout(resolve, this.#waitMs));
    this.#waitMs = Math.min(2 * this.#waitMs, longestWaitMs);
    // A browser does not tell a refused stream from one that broke off; a reply does.
    const isRefused = await this.document().then(
      () => false,
      (error: unknown) => error instanceof RefusedError,
    );
    if (isRefused) this.#become('refused');
    else this.listen();
  }

  async #ask(path: string, query: Readonly<Record<string, string | number>>): Promise<Response> {
    const address = new URL(path, this.#base);
    address.hash = '';
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, text(value));
    const reply = await fetch(address, { headers: { Authorization: `Bearer ${this.#token}` } });
    if (reply.status === 401) throw new RefusedError('the server does not take the token in the address');
    if (!reply.ok) throw new Error(`the server said ${reply.status}: ${(await reply.text()).trim()}`);
    return reply;
  }
}

class RefusedError extends Error {}

/** Numbers without exponents. */
const text = (value: string | number): string =>
  typeof value === 'number' ? value.toFixed(3).replace(/\.?0+$/, '') : value;
