import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll } from 'vitest';

/** Below those that systems give to whoever asks for any: a client that asks again and again would take one of these itself. */
const [lowest, highest] = [20_000, 29_999];
const held: Server[] = [];

afterAll(() => {
  for (const server of held.splice(0)) server.close();
});

/**
 * A port of loopback that nobody has, and that no other test is given as long as this file's tests run: who is to have it may come
 * late, go, and come again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    const claim = createServer();
    if (!(await listens(claim, { path: `\0powerlog-test-port-${port}` }))) continue;
    held.push(claim.unref());
    const tried = createServer();
    if (!(await listens(tried, { port, host: '127.0.0.1' }))) continue;
    tried.close();
    await once(tried, 'close');
    return port;
  }
}

const listens = (
  server: Server,
  place: { path: string } | { port: number; host: string },
): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(false)).listen(place, () => resolve(true));
  });
