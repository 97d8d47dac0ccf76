import { createSocket, type Socket } from 'node:dgram';
import { type EventEmitter, once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll } from 'vitest';

/** Below those that systems give to whoever asks for any: a client that asks again and again would take one of these itself. */
const [lowest, highest] = [20_000, 29_999];
const host = '127.0.0.1';
const held: Socket[] = [];

afterAll(() => {
  for (const claim of held.splice(0)) claim.close();
});

/**
 * A port of loopback that nobody has, and that no other test is given as long as this file's tests run: who is to have it may come
 * late, go, and come again. Its claim is the same port of UDP, which no server here uses, and which ends with the process.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    const claim = createSocket('udp4');
    if (!(await isTaken(claim, () => claim.bind(port, host)))) continue;
    held.push(claim.unref());
    const tried = createServer();
    if (!(await isTaken(tried, () => tried.listen(port, host)))) continue;
    tried.close();
    await once(tried, 'close');
    return port;
  }
}

/** Whether nobody else had what it listens at. */
const isTaken = (listener: EventEmitter, listen: () => void): Promise<boolean> =>
  new Promise((resolve) => {
    listener.once('error', () => resolve(false)).once('listening', () => resolve(true));
    listen();
  });
