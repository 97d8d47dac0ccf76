import http from 'node:http';
import https from 'node:https';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The beginning of the body. */
  readonly text: string;
  /** The connection was made for this request: whoever had one before has closed it. */
  readonly isNewConnection: boolean;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Without a sign of life for so long, it has failed. */
  readonly timeoutMs: number;
}

const mostTextBytes = 4096;

/** Asks one server, over one connection that stays open. */
export class HttpClient {
  readonly #agent = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 1 }),
  };

  /** Follows nowhere else. @throws Error where nobody answers, with the system's code */
  ask(url: string, { method, headers, body, timeoutMs }: Request): Promise<Answer> {
    const { protocol } = new URL(url);
    const isSecure = protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(
        url,
        {
          ...{ method, agent: this.#agent[isSecure ? 'https:' : 'http:'], timeout: timeoutMs },
          headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
        },
        (reply) => {
          let text = '';
          reply.setEncoding('utf8');
          reply.on('data', (piece: string) => {
            if (text.length < mostTextBytes) text += piece.slice(0, mostTextBytes - text.length);
          });
          reply.on('error', reject);
          reply.on('end', () =>
            resolve({
              ...{ status: reply.statusCode ?? 0, headers: reply.headers, text },
              isNewConnection: !request.reusedSocket,
            }),
          );
        },
      );
      request.on('timeout', () =>
        request.destroy(
          Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }),
        ),
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  close(): void {
    for (const agent of Object.values(this.#agent)) agent.destroy();
  }
}
