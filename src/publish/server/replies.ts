import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a browser is told with every reply, whatever it is. */
const always: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};
/** Of what is no page: nothing in it may run or be shown in a frame, should a browser take it for one. */
const nothingAllowed = "default-src 'none'; frame-ancestors 'none'";

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export const plain = (status: number, text: string, headers: Reply['headers'] = {}): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${text}\n`,
  headers,
});

export const json = (value: unknown): Reply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value),
});

export const binary = (body: Uint8Array): Reply => ({ status: 200, type: 'application/octet-stream', body });

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers = {} }: Reply,
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    ...always,
    'Content-Security-Policy': nothingAllowed,
    'Content-Type': type,
    'Content-Length': bytes.length,
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** A reply as text, for where there is a socket and no request. */
export const refusal = (status: number, text: string): string =>
  [
    `HTTP/1.1 ${status} ${text}`,
    ...Object.entries(always).map(([name, value]) => `${name}: ${value}`),
    'Content-Length: 0',
    'Connection: close',
    '\r\n',
  ].join('\r\n');
