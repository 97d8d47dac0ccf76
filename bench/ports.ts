import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that Linux gives to outgoing connections, one of which would take the port of a server that is away. */
const lowestPort = 20_000;
const portRange = 12_000;

/** The first of so many ports of loopback in a row that nobody has just now, nor gets while nobody listens there. */
export async function lastingPorts(count: number): Promise<number> {
  for (;;) {
    const first = lowestPort + Math.floor(Math.random() * portRange);
    const isFree: boolean[] = [];
    for (let port = first; port < first + count; port++) isFree.push(await isFreePort(port));
    if (isFree.every(Boolean)) return first;
  }
}

async function isFreePort(port: number): Promise<boolean> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return false;
  server.close();
  await once(server, 'close');
  return true;
}
