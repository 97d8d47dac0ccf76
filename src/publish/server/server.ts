import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { paths, streamProtocol } from '../../draw/served.js';
import { authority, KnownHosts, type Place, Token } from './access.js';
import { answer, type Published } from './api.js';
import { type Goodbye, StreamClients } from './clients.js';
import { answerWith, bearerOf, listenAt, shownHost, unauthorized, unfit } from './listen.js';
import { PageShelf, type ServedPage } from './page-shelf.js';
import { type Reply, refusal } from './replies.js';

/** After so long without a word the system asks whether a listener's machine is still there, ms. */
const keepAliveMs = 15_000;

export interface PageServerOptions {
  readonly place: Place;
  /** @param host as the page was asked for, which it may connect to */
  readonly page: (host: string) => ServedPage;
  readonly published: Published;
  /** Told how many pages listen, whenever that changes. */
  readonly onListeners?: (count: number) => void;
}

/**
 * Serves one page and its data, to those who know the token: a page's address has it in its fragment, which no browser sends and no log
 * keeps. Everything that a client can do costs a bounded amount.
 */
export class PageServer {
  /** The page, with the token. */
  readonly url: string;
  readonly clients: StreamClients;
  readonly #token = new Token();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 1024,
    handleProtocols: () => streamProtocol,
  });
  readonly #server: Server;
  readonly #hosts: KnownHosts;
  readonly #published: Published;
  readonly #page: PageShelf;
  /** All that are open, those of streams among them. */
  readonly #connections = new Set<Socket>();

  private constructor(server: Server, options: PageServerOptions) {
    const { place, page, published, onListeners = () => {} } = options;
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.#published = published;
    this.#page = new PageShelf(page);
    this.#hosts = new KnownHosts(place, port);
    this.url = `http://${authority(shownHost(place.host), port)}/#token=${this.#token.text}`;
    this.clients = new StreamClients((missed) => published.greeting(missed), onListeners);
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    answerWith(server, (request) => this.#reply(request));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /** @throws UserError (outputFailed) where it cannot listen there */
  static async open(options: PageServerOptions): Promise<PageServer> {
    return new PageServer(await listenAt(options.place), options);
  }

  /** Others keep the process going, and it does not. */
  unref(): void {
    this.#server.unref();
  }

  /** Lets the pages read what they were told, but waits no longer than so, and ends all connections, whatever waits in them. */
  async close(goodbye: Goodbye): Promise<void> {
    // Until then a page that does not know yet asks, and is answered.
    await this.clients.close(goodbye);
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const refused = unfit(request, this.#hosts);
    if (refused) return refused;
    const { headers, url = '' } = request;
    const [path = '', query = ''] = url.split(/\?(.*)/s);
    if (path === paths.page) return this.#page.reply(headers.host!);
    const given = bearerOf(request);
    if (given === undefined || !this.#token.is(given))
      return unauthorized('the token is missing or wrong: open the address that powerlog printed');
    return answer(this.#published, path, new URLSearchParams(query));
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refused = this.#streamRefusal(request);
    if (refused) socket.end(refusal(...refused), () => socket.destroy());
    else {
      // No ping of the stream's own: who stands still answers it when the server is gone, and loses by that all it had not read yet.
      socket.setKeepAlive(true, keepAliveMs);
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.clients.add(client));
    }
  }

  /** Why a stream is not opened; null where it is. */
  #streamRefusal({ headers, url }: IncomingMessage): readonly [status: number, text: string] | null {
    if (!this.#hosts.has(headers.host) || !this.#hosts.hasOrigin(headers.origin)) return [403, 'Forbidden'];
    if (url !== paths.stream) return [404, 'Not Found'];
    const asked = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
    const knows = asked.includes(streamProtocol) && asked.some((each) => this.#token.is(each));
    return knows ? null : [401, 'Unauthorized'];
  }
}
