import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { unpackPiece } from '#powerlog/draw/packing.js';
import { type ServedHead, streamProtocol, unpackMessage } from '#powerlog/draw/served.js';

/** Where a server is, and its token, from the address that it printed. */
export function addressOf(url: string): { host: string; port: number; token: string } {
  const { hostname, port, hash } = new URL(url);
  return { host: hostname.replace(/[[\]]/g, ''), port: Number(port), token: hash.replace('#token=', '') };
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: none. */
  readonly token?: string | null;
  readonly body?: Uint8Array;
}

/** Asks for a path exactly as it is written, with the token where nothing else is said. */
export async function ask(url: string, path: string, asking: Asking = {}): Promise<Got> {
  const { host, port, token } = addressOf(url);
  const { method = 'GET', headers = {}, token: given = token, body } = asking;
  const asked = request({
    ...{ host, port, path, method, agent: false },
    headers: { ...(given === null ? {} : { authorization: `Bearer ${given}` }), ...headers },
  });
  asked.end(body);
  const [reply] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk);
  return { status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks) };
}

export const askJson = async (url: string, path: string) =>
  JSON.parse((await ask(url, path)).body.toString('utf8'));

/** A connection that says what a test wants, and keeps what comes back. */
export async function rawConnection(url: string): Promise<{
  socket: Socket;
  heard: () => string;
  closed: Promise<unknown>;
}> {
  const { host, port } = addressOf(url);
  const socket = connect(port, host);
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (more: string) => {
    text += more;
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, heard: () => text, closed };
}

export interface Streaming {
  readonly origin?: string;
  readonly host?: string;
  readonly protocols?: readonly string[];
  readonly path?: string;
}

/** Opens a stream as the page does; resolves when it is open. */
export async function openStream(url: string, streaming: Streaming = {}): Promise<WebSocket> {
  const { host, port, token } = addressOf(url);
  const { origin, path = '/api/stream', protocols = [streamProtocol, token] } = streaming;
  const socket = new WebSocket(`ws://${host}:${port}${path}`, [...protocols], {
    ...(origin === undefined ? {} : { origin }),
    ...(streaming.host === undefined ? {} : { headers: { host: streaming.host } }),
  });
  onTestFinished(() => socket.terminate());
  socket.binaryType = 'arraybuffer';
  const queue: ArrayBuffer[] = [];
  queues.set(socket, queue);
  socket.on('message', (data: ArrayBuffer) => queue.push(data));
  await once(socket, 'open');
  return socket;
}

const queues = new WeakMap<WebSocket, ArrayBuffer[]>();

export interface Message {
  readonly head: ServedHead;
  readonly pieces: readonly ArrayBuffer[];
}

/** What a stream was told from its first message on, one after another. */
export function messagesOf(socket: WebSocket): { next: () => Promise<Message> } {
  const queue = queues.get(socket)!;
  return {
    next: async () => {
      while (queue.length === 0) await once(socket, 'message');
      return unpackMessage(queue.shift()!);
    },
  };
}

/** A piece of a run's powers. */
export async function askPiece(url: string, run: string, fromUs: number, toUs: number, columns = 1000) {
  const { status, body } = await ask(
    url,
    `/api/piece?run=${run}&from=${fromUs}&to=${toUs}&columns=${columns}`,
  );
  if (status !== 200) throw new Error(`${status}: ${body}`);
  return unpackPiece(new Uint8Array(body).buffer);
}

export const askMeasure = (url: string, run: string, fromUs: number, toUs: number) =>
  askJson(url, `/api/measure?run=${run}&from=${fromUs}&to=${toUs}`);

/** The document when all runs have been read. */
export async function documentRead(url: string) {
  const stream = await openStream(url);
  const messages = messagesOf(stream);
  for (;;) {
    const document = await askJson(url, '/api/document');
    if (document.progress.every(({ done }: { done: boolean }) => done)) {
      stream.close();
      return document;
    }
    await messages.next();
  }
}
