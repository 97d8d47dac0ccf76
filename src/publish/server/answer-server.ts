import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { authority, KnownHosts, type Place, type Token } from './access.js';
import { answerWith, bearerOf, listenAt, shownHost, unauthorized, unfit } from './listen.js';
import { plain, type Reply } from './replies.js';

/** Paths, and what is answered there. */
type Answers = Readonly<Record<string, (request: IncomingMessage) => Reply | Promise<Reply>>>;

interface AnswerServerOptions {
  readonly place: Place;
  /** What callers have to know; null where whoever reaches the place may ask. */
  readonly token: Token | null;
  readonly answers: Answers;
}

/** Who asks over and over keeps its connection from one time to the next, as Prometheus does, ms. */
const keepAliveMs = 300_000;

/** Answers programs that ask for a few things over and over, such as a scraper or a health check. */
export class AnswerServer {
  /** Without a path. */
  readonly url: string;
  readonly #server: Server;
  readonly #hosts: KnownHosts;
  readonly #token: Token | null;
  readonly #answers: Answers;

  private constructor(server: Server, { place, token, answers }: AnswerServerOptions) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.#hosts = new KnownHosts(place, port);
    this.#token = token;
    this.#answers = answers;
    this.url = `http://${authority(shownHost(place.host), port)}`;
    answerWith(server, (request) => this.#reply(request));
  }

  /** @throws UserError (outputFailed) where it cannot listen there */
  static async open(options: AnswerServerOptions): Promise<AnswerServer> {
    return new AnswerServer(await listenAt(options.place, keepAliveMs), options);
  }

  /** Others keep the process going, and it does not. */
  unref(): void {
    this.#server.unref();
    this.#server.on('connection', (socket: Socket) => socket.unref());
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const refused = unfit(request, this.#hosts);
    if (refused) return refused;
    if (this.#token) {
      const given = bearerOf(request);
      if (given === undefined || !this.#token.is(given))
        return unauthorized('the token is missing or wrong: send it as Authorization: Bearer TOKEN');
    }
    const [path = ''] = (request.url ?? '').split('?');
    if (Object.hasOwn(this.#answers, path)) return this.#answers[path]!(request);
    return plain(404, `there is nothing here; ask for ${Object.keys(this.#answers).join(' or ')}`);
  }
}
