import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { paths, streamProtocol } from '../../draw/served.js';
import { errorText, outputError, systemErrorCode } from '../../errors.js';
import { authority, KnownHosts, type Place, Token } from './access.js';
import { answer, type Published } from './api.js';
import { Backlog } from './backlog.js';
import { type Goodbye, StreamClients } from './clients.js';
import { PageShelf, type ServedPage } from './page-shelf.js';
import { plain, type Reply, refusal, send } from './replies.js';

export interface PageServerOptions {
  readonly place: Place;
  /** @param host as the page was asked for, which it may connect to */
  readonly page: (host: string) => ServedPage;
  readonly published: Published;
  /** Told how many pages listen, whenever that changes. */
  readonly onListeners?: (count: number) => void;
}

/** Of an honest request's head, less. */
const mostHeadBytes = 8192;
/** Of honest pages, less: each has a stream and a request or two. */
const mostConnections = 128;
/** How long a client may take for a request's head, for all of it, and to read a reply that makes no progress, ms. */
const headMs = 5000;
const requestMs = 10_000;
const idleMs = 15_000;
/** How often the server looks for those that take longer, ms. */
const lookMs = 1000;

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
  readonly #backlog = new Backlog();
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
    // A connection that could not be taken, as where descriptors are short: its loss alone.
    server.on('error', () => {});
    server.on('request', (request, response) => this.#take(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws UserError (outputFailed) where it cannot listen there */
  static async open(options: PageServerOptions): Promise<PageServer> {
    const { host, port } = options.place;
    const server = createServer({
      maxHeaderSize: mostHeadBytes,
      headersTimeout: headMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookMs,
      keepAliveTimeout: headMs,
      // What has none is refused like any other host that is not known.
      requireHostHeader: false,
    });
    server.maxConnections = mostConnections;
    server.timeout = idleMs;
    server.on('clientError', refuseBroken);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    }).catch((error: unknown) => {
      const why = listenFaults[systemErrorCode(error) ?? ''] ?? errorText(error);
      throw outputError(`cannot listen at ${authority(host, port)}: ${why}`, error);
    });
    return new PageServer(server, options);
  }

  /** Others keep the process going, and it does not. */
  unref(): void {
    this.#server.unref();
  }

  /** Lets the pages read what they were told, but waits no longer than so, and ends all connections, whatever waits in them. */
  async close(goodbye: Goodbye): Promise<void> {
    this.#server.close();
    await this.clients.close(goodbye);
    for (const socket of this.#connections) socket.destroy();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#backlog.takes(request, response)) return;
    try {
      send(request, response, await this.#reply(request));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(request, response, plain(500, errorText(error)));
    }
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const { method = '', headers, url = '' } = request;
    if (!this.#hosts.has(headers.host)) return plain(403, 'this host name is not known here', closing);
    if (method !== 'GET' && method !== 'HEAD')
      return plain(405, 'GET and HEAD only', { ...closing, Allow: 'GET, HEAD' });
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
      return plain(413, 'a request has no body here', closing);
    const [path = '', query = ''] = url.split(/\?(.*)/s);
    if (path === paths.page) return this.#page.reply(headers.host!);
    const given = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined || !this.#token.is(given))
      return plain(401, 'the token is missing or wrong: open the address that powerlog printed', {
        'WWW-Authenticate': 'Bearer',
      });
    return answer(this.#published, path, new URLSearchParams(query));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refused = this.#streamRefusal(request);
    if (refused) socket.end(refusal(...refused), () => socket.destroy());
    else this.#sockets.handleUpgrade(request, socket, head, (client) => this.clients.add(client));
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

const closing = { Connection: 'close' };

/** What is no address to go to stands for all, this machine's own among them. */
const shownHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host);

const listenFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: 'somebody else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'not allowed to',
  ENOTFOUND: 'there is no such host',
};

/** A request that is none, too long, or too slow. */
function refuseBroken(error: Error, socket: Duplex): void {
  const code = systemErrorCode(error);
  if (!socket.writable || code === 'ECONNRESET') socket.destroy();
  else if (code === 'HPE_HEADER_OVERFLOW') socket.end(refusal(431, 'Request Header Fields Too Large'));
  else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') socket.end(refusal(408, 'Request Timeout'));
  else socket.end(refusal(400, 'Bad Request'));
}
