import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The lines of a body. */
  readonly lines: readonly string[];
}

/** A server that takes whatever is sent, and answers as the test says. */
export class TakingServer {
  readonly posts: Taken[] = [];
  url = '';
  /** Answers a batch of lines, the nth; 204 where it does nothing. */
  answer: (reply: ServerResponse, taken: Taken, n: number) => void = () => {};
  ping: (reply: ServerResponse) => void = (reply) =>
    void reply.writeHead(204, { 'X-Influxdb-Version': 'v2.7.1' });

  static async open(): Promise<TakingServer> {
    const taking = new TakingServer();
    const server = createServer((request, reply) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url!, 'http://here');
        const isGzip = request.headers['content-encoding'] === 'gzip';
        const body = isGzip ? gunzipSync(Buffer.concat(pieces)).toString() : '';
        const lines = body.split('\n').slice(0, -1);
        const taken = {
          method: request.method!,
          path: pathname,
          query: searchParams,
          headers: request.headers,
          lines,
        };
        if (pathname.endsWith('/ping')) taking.ping(reply);
        else {
          taking.posts.push(taken);
          taking.answer(reply, taken, taking.posts.length - 1);
          if (!reply.headersSent) reply.writeHead(204);
        }
        if (!reply.writableEnded) reply.end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    taking.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    return taking;
  }
}
