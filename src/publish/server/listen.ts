import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorText, outputError, systemErrorCode } from '../../errors.js';
import { authority, type KnownHosts, type Place, tokenPattern } from './access.js';
import { Backlog } from './backlog.js';
import { plain, type Reply, refusal, send } from './replies.js';

/** Of an honest request's head, less. */
const mostHeadBytes = 8192;
/** Of honest clients, less: each page has a stream and a request or two. */
const mostConnections = 128;
/** How long a client may take for a request's head, for all of it, and to read a reply that makes no progress, ms. */
const headMs = 5000;
const requestMs = 10_000;
const idleMs = 15_000;
/** How often the server looks for those that take longer, ms. */
const lookMs = 1000;

/**
 * A server of HTTP in which everything that a client can do costs a bounded amount.
 * @param keepAliveMs how long a connection may wait for its next request
 * @throws UserError (outputFailed) where it cannot listen there
 */
export async function listenAt({ host, port }: Place, keepAliveMs = headMs): Promise<Server> {
  const server = createServer({
    maxHeaderSize: mostHeadBytes,
    headersTimeout: headMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookMs,
    keepAliveTimeout: keepAliveMs,
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
  // A connection that could not be taken, as where descriptors are short: its loss alone.
  server.on('error', () => {});
  return server;
}

/** Answers what is asked of a server, as much at a time as a client takes. */
export function answerWith(
  server: Server,
  replyTo: (request: IncomingMessage) => Reply | Promise<Reply>,
): void {
  const backlog = new Backlog();
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    if (!backlog.takes(request, response)) return;
    try {
      send(request, response, await replyTo(request));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else send(request, response, plain(500, errorText(error)));
    }
  });
}

/** Why a request gets no answer, whatever it asks for; null where it may ask. */
export function unfit({ method = '', headers }: IncomingMessage, hosts: KnownHosts): Reply | null {
  if (!hosts.has(headers.host)) return plain(403, 'this host name is not known here', closing);
  if (method !== 'GET' && method !== 'HEAD')
    return plain(405, 'GET and HEAD only', { ...closing, Allow: 'GET, HEAD' });
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return plain(413, 'a request has no body here', closing);
  return null;
}

/** The token that a request brings; undefined where it brings none. */
export const bearerOf = ({ headers }: IncomingMessage): string | undefined =>
  new RegExp(`^Bearer +(${tokenPattern})$`, 'i').exec(headers.authorization ?? '')?.[1];

/** @param text what to do about it */
export const unauthorized = (text: string): Reply => plain(401, text, { 'WWW-Authenticate': 'Bearer' });

/** What is no address to go to stands for all, this machine's own among them. */
export const shownHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host);

const closing = { Connection: 'close' };

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
