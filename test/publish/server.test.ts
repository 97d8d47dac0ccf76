import { once } from 'node:events';
import { type AddressInfo, Server } from 'node:net';
import { hostname } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { packMessage, unpackMessage } from '#powerlog/draw/served.js';
import { addressOf, ask, messagesOf, openStream, rawConnection } from './client.js';
import { emptyPublished, openServer } from './stand.js';

const atOnce = <Value>(count: number, make: (n: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)));

describe('the page', () => {
  it('is given without the token, holds none, and may load nothing and be framed by nobody', async () => {
    const { url } = await openServer();
    const { status, headers, body } = await ask(url, '/', { token: null });
    expect(status).toBe(200);
    expect(body.toString()).toBe('<p>a page</p>');
    expect(body.toString()).not.toContain(addressOf(url).token);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('has an address of its own at each start, with at least 128 random bits behind the #', async () => {
    const [one, other] = [await openServer(), await openServer()];
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{22,}$/);
    expect(addressOf(one.url).token).not.toBe(addressOf(other.url).token);
  });
});

describe('what is asked for', () => {
  it.each([
    ['no token', null],
    ['an empty one', ''],
    ['another', 'A'.repeat(43)],
    ['a part', 'first half'],
  ])('is refused with %s', async (_, given) => {
    const { url } = await openServer();
    const { token } = addressOf(url);
    const asking = { token: given === 'first half' ? token.slice(0, 20) : given };
    for (const path of ['/api/document', '/api/piece?run=a&from=0&to=1&columns=1', '/api/x', '/favicon.ico'])
      expect((await ask(url, path, asking)).status).toBe(401);
    // Nor as a part of the address, which logs keep.
    expect((await ask(url, `/api/document?token=${token}`, { token: null })).status).toBe(401);
  });

  it('is refused under a foreign name, page included', async () => {
    const { url } = await openServer();
    const { port } = addressOf(url);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`])
      for (const path of ['/', '/api/document'])
        expect((await ask(url, path, { headers: { host } })).status).toBe(403);
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `127.0.0.1:${port}`])
      expect((await ask(url, '/api/document', { headers: { host } })).status).toBe(200);
  });

  it('is refused without a name at all', async () => {
    const { url } = await openServer();
    const { socket, heard, closed } = await rawConnection(url);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 403 /);
  });

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/page.js',
    '/api',
    '/api/',
    '/api/document/',
    '/api/../api/document',
    '/API/document',
    '/index.html',
    '/\\..\\..\\x',
    'http://evil.example/',
    '/%00',
    '*',
  ])('is no path of a file: %s', async (path) => {
    const { url } = await openServer();
    const { status, body } = await ask(url, path);
    expect([400, 404]).toContain(status);
    expect(body.toString()).not.toMatch(/root:|"name"/);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])(
    'is asked for with GET, not %s',
    async (method) => {
      const { url } = await openServer();
      const { status, headers } = await ask(url, '/api/document', { method });
      expect(status).toBe(405);
      expect(headers.allow).toBe('GET, HEAD');
    },
  );

  it('has no body, of any kind', async () => {
    const { url } = await openServer();
    const body = new Uint8Array(100);
    expect((await ask(url, '/api/document', { body, headers: { 'content-length': '100' } })).status).toBe(
      413,
    );
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await ask(url, '/api/document', { body, headers: chunked })).status).toBe(413);
  });

  it('is small: a giant head is cut off, a giant body not read', async () => {
    const { url } = await openServer();
    const { port } = addressOf(url);
    const long = await rawConnection(url);
    long.socket.write(`GET /?${'x'.repeat(1 << 20)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await long.closed;
    expect(long.heard()).toMatch(/^(HTTP\/1\.1 431 |$)/);
    const giant = await rawConnection(url);
    giant.socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000000000000\r\n\r\n`);
    const fill = setInterval(() => giant.socket.writable && giant.socket.write(Buffer.alloc(65_536)), 5);
    await giant.closed;
    clearInterval(fill);
    expect((await ask(url, '/api/document')).status).toBe(200);
  });

  it('is HTTP', async () => {
    const { url } = await openServer();
    const { socket, heard, closed } = await rawConnection(url);
    socket.write('\u0016\u0003\u0001 this is TLS or so\r\n\r\n');
    await closed;
    expect(heard()).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('says what is wrong with it', async () => {
    const { url } = await openServer();
    const bad = ['', '?run=a', '?run=a&from=0&to=0&columns=3', '?run=a&from=x&to=1&columns=3'];
    for (const query of [...bad, '?run=a&from=0&to=1&columns=99999', '?run=a&from=0&to=1e9&columns=3'])
      expect((await ask(url, `/api/piece${query}`)).status).toBe(400);
    expect((await ask(url, '/api/piece?run=a&from=0&to=1&columns=3')).status).toBe(404);
    expect((await ask(url, '/api/measure?run=a&from=0&to=1')).status).toBe(404);
    expect((await ask(url, '/api/measure?run=a&from=0')).status).toBe(400);
  });

  it('is answered by its head alone to HEAD', async () => {
    const { url } = await openServer();
    const { status, headers, body } = await ask(url, '/api/document', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(2);
    expect(body.length).toBe(0);
  });
});

describe('many and slow clients', () => {
  it('are let go where they do not finish their request', async () => {
    const { url } = await openServer();
    const slow = await atOnce(20, () => rawConnection(url));
    for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nHost: 127');
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x');
    }, 100);
    expect((await ask(url, '/api/document')).status).toBe(200);
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(drip);
    for (const { heard } of slow) expect(heard()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('are let go where they ask for more than they take, and the page is made once for all', async () => {
    let made = 0;
    const { url } = await openServer(emptyPublished, undefined, () => {
      made++;
      return { html: 'x'.repeat(165_000), policy: "default-src 'none'" };
    });
    const { port } = addressOf(url);
    const greedy = await atOnce(10, () => rawConnection(url));
    for (const { socket } of greedy)
      socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(1500));
    await Promise.all(greedy.map(({ closed }) => closed));
    for (const { heard } of greedy) expect(heard().split('HTTP/1.1 200').length - 1).toBeLessThanOrEqual(8);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`])
      expect((await ask(url, '/', { headers: { host } })).body.length).toBe(165_000);
    expect(made).toBe(2);
  });

  it('are answered as long as they take what they ask for', async () => {
    const { url } = await openServer();
    const { port } = addressOf(url);
    const { socket, heard } = await rawConnection(url);
    for (let n = 1; n <= 30; n++) {
      socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
      while (heard().split('<p>a page</p>').length <= n) await once(socket, 'data');
    }
  });

  it('are so many at a time, and others come again when they are gone', async () => {
    const { url } = await openServer();
    // Streams, since a connection that asks for nothing is let go after a while.
    const held = await atOnce(128, () => openStream(url));
    const more = await atOnce(20, () => rawConnection(url));
    await Promise.all(more.map(({ closed }) => closed));
    expect(more.map(({ heard }) => heard())).toContain('');
    held[0]!.terminate();
    for (;;) {
      const status = await ask(url, '/api/document').then(
        (got) => got.status,
        () => null,
      );
      if (status === 200) break;
    }
  });
});

describe('a stream', () => {
  it('is opened by the page with its token, and is told how things stand', async () => {
    const { url, server } = await openServer();
    const { host, port } = addressOf(url);
    const socket = await openStream(url, { origin: `http://${host}:${port}` });
    expect((await messagesOf(socket).next()).head).toEqual({ kind: 'progress', runs: [] });
    expect(socket.protocol).toBe('powerlog.1');
    const closed = once(socket, 'close');
    await server.close({ until: 'answered', graceMs: 60_000 });
    const [code] = await closed;
    expect(code).toBe(1000);
  });

  it.each([
    ['another page', { origin: 'http://evil.example' }, 403],
    ['another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a page of no origin', { origin: 'null' }, 403],
    ['a foreign host', { host: 'evil.example' }, 403],
    ['no token', { protocols: ['powerlog.1'] }, 401],
    ['a wrong token', { protocols: ['powerlog.1', 'A'.repeat(43)] }, 401],
    ['another path', { path: '/api/document' }, 404],
    ['a path behind', { path: '/api/stream/x' }, 404],
  ])('is refused to %s', async (_, streaming, status) => {
    const { url, server } = await openServer();
    await expect(openStream(url, streaming)).rejects.toThrow(`Unexpected server response: ${status}`);
    expect(server.clients.count).toBe(0);
  });

  it('takes no long messages', async () => {
    const { url } = await openServer();
    const socket = await openStream(url);
    const closed = once(socket, 'close');
    socket.send(Buffer.alloc(100_000));
    const [code] = await closed;
    expect(code).toBe(1009);
  });

  it.each(['told', 'answered'] as const)(
    'that does not answer the goodbye holds nobody up who waits until it is %s',
    async (until) => {
      const { url, server } = await openServer();
      const { socket, heard, closed } = await rawConnection(url);
      socket.write(upgradeOf(url));
      while (server.clients.count === 0) await new Promise(setImmediate);
      server.clients.broadcastLast(Buffer.alloc(4 << 20, 'x'));
      // For all time, but where the answer is waited for.
      await server.close({ until, graceMs: until === 'told' ? 2 ** 31 : 50 });
      await closed;
      if (until === 'told') expect(heard().split('x').length).toBeGreaterThan(4 << 20);
    },
  );

  it('ends with the server, also where it is opened while that ends', async () => {
    const { url, server } = await openServer();
    const { socket, heard, closed } = await rawConnection(url);
    const [begin, rest] = upgradeOf(url).split(/(?=Sec-WebSocket-Key)/);
    socket.write(begin!);
    (await openStream(url)).pause(); // is waited for
    const ended = server.close({ until: 'answered', graceMs: 1000 });
    socket.write(rest!);
    await ended;
    await closed;
    expect(heard()).toMatch(/^(HTTP\/1.1 101 |$)/);
  });

  it('is answered until it has heard the end', async () => {
    const { url, server } = await openServer();
    const late = await openStream(url);
    late.pause();
    const ended = server.close({ until: 'answered', graceMs: 60_000 });
    expect((await ask(url, '/api/document')).status).toBe(200);
    late.resume();
    await ended;
    await expect(ask(url, '/api/document')).rejects.toThrow('ECONNREFUSED');
  });

  it('hears the end, with all that comes with it, also where it was behind', async () => {
    const { url, server } = await openServer();
    const lazy = await openStream(url);
    const heard: number[] = [];
    lazy.on('message', (data: ArrayBuffer) => heard.push(data.byteLength));
    lazy.pause();
    while (Math.max(...server.clients.waitingBytes()) <= 1 << 20) {
      server.clients.broadcast(new Uint8Array(1 << 18));
      await new Promise(setImmediate);
    }
    server.clients.broadcast(new Uint8Array(1 << 18)); // is missed
    const closed = once(lazy, 'close');
    server.clients.broadcastLast(new Uint8Array(12_345));
    lazy.resume();
    await server.close({ until: 'answered', graceMs: 60_000 });
    await closed;
    expect(heard.at(-1)).toBe(12_345);
  });

  it('passes over who does not read, tells it how much it missed, and queues nothing without limit', async () => {
    // However long this takes here, the server's patience lasts.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => clock.mockRestore());
    const published = { ...emptyPublished, greeting: (missed: number) => state(missed) };
    const { url, server } = await openServer(published);
    const [lazy, awake] = [await openStream(url), await openStream(url)];
    lazy.pause();
    let heard = 0;
    awake.on('message', () => heard++);
    const message = new Uint8Array(1 << 18);
    const waiting = () => Math.max(...server.clients.waitingBytes());
    let sent = 0;
    // As much as no socket's own buffer takes.
    for (; sent < 200; sent++) {
      server.clients.broadcast(message);
      while (heard < sent) await new Promise(setImmediate);
      expect(waiting()).toBeLessThan(2 << 20);
    }
    const missed = new Promise<number>((resolve) => {
      lazy.on('message', (data: ArrayBuffer) => {
        if (data.byteLength === message.length) return;
        const { head } = unpackMessage(data);
        if (head.kind === 'state' && head.missed > 0) resolve(head.missed);
      });
    });
    lazy.resume();
    const more = setInterval(() => server.clients.broadcast(message), 20);
    expect(await missed).toBeGreaterThan(100);
    clearInterval(more);
  });

  it('is ended for who has read nothing for a minute', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => clock.mockRestore());
    const { url, server } = await openServer();
    (await openStream(url)).pause();
    while (server.clients.waitingBytes()[0]! <= 1 << 20) server.clients.broadcast(new Uint8Array(1 << 18));
    server.clients.broadcast(new Uint8Array(1)); // is missed
    const before = performance.now();
    clock.mockReturnValue(before + 59_000);
    server.clients.broadcast(new Uint8Array(1));
    await new Promise(setImmediate);
    expect(server.clients.count).toBe(1);
    clock.mockReturnValue(before + 61_000);
    server.clients.broadcast(new Uint8Array(1));
    while (server.clients.count > 0) await new Promise(setImmediate);
  });

  it('is heard to its end by who stood still for long, also after the server is gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { url, server } = await openServer();
    const still = await openStream(url);
    const heard: number[] = [];
    still.on('message', (data: ArrayBuffer) => heard.push(data.byteLength));
    still.pause();
    // What a server asks now and then is answered when it is gone, and what had not been read is lost by that.
    vi.advanceTimersByTime(60_000);
    // More than its system takes unread, less than ours does.
    server.clients.broadcast(new Uint8Array(1 << 18));
    server.clients.broadcastLast(new Uint8Array(12_345));
    while (server.clients.waitingBytes()[0]! > 0) await new Promise(setImmediate);
    await server.close({ until: 'answered', graceMs: 0 });
    const closed = once(still, 'close');
    still.resume();
    const [code] = await closed;
    expect(heard.slice(-2)).toEqual([1 << 18, 12_345]);
    expect(code).toBe(1000);
  });
});

/** What a page says to open its stream. */
function upgradeOf(url: string): string {
  const { port, token } = addressOf(url);
  const head = {
    ...{ Host: `127.0.0.1:${port}`, Connection: 'Upgrade', Upgrade: 'websocket' },
    ...{ 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Protocol': `powerlog.1, ${token}` },
    'Sec-WebSocket-Key': `${'A'.repeat(22)}==`,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET /api/stream HTTP/1.1\r\n${lines.join('')}\r\n`;
}

const state = (missed: number): Uint8Array =>
  packMessage({ kind: 'state', whole: true, missed, runs: [], everyMs: 250, end: null });

describe('a server at another address', () => {
  it('is asked for by that name too', async () => {
    const { url } = await openServer(emptyPublished, { host: '0.0.0.0', port: 0 });
    const { port } = addressOf(url);
    expect(url).toMatch(/^http:\/\/localhost:/);
    expect((await ask(url, '/', { headers: { host: `0.0.0.0:${port}` } })).status).toBe(200);
    expect((await ask(url, '/', { headers: { host: `evil.example:${port}` } })).status).toBe(403);
    expect((await ask(url, '/api/document', { token: null })).status).toBe(401);
  });

  it('is asked for by the name of the machine in any domain, and by its addresses', async () => {
    const { url } = await openServer(emptyPublished, { host: '0.0.0.0', port: 0 });
    const { port } = addressOf(url);
    const status = async (name: string) =>
      (await ask(url, '/', { headers: { host: `${name}:${port}` } })).status;
    const [label] = hostname().split('.');
    for (const name of [hostname(), `${label}.local`, `${label}.example.org`.toUpperCase()])
      expect(await status(name)).toBe(200);
    for (const name of [
      `x${label}.local`,
      `evil.${label}`,
      `${label}.local:80`,
      `${label}.${'a'.repeat(300)}`,
    ])
      expect(await status(name)).toBe(403);
    const loopback = await openServer();
    const { port: other } = addressOf(loopback.url);
    expect((await ask(loopback.url, '/', { headers: { host: `${label}.local:${other}` } })).status).toBe(403);
  });

  it('outlives connections that cannot be taken', async () => {
    const { url } = await openServer();
    const { port } = addressOf(url);
    const handles = (process as unknown as { _getActiveHandles: () => unknown[] })._getActiveHandles();
    const listening = handles.find(
      (handle) => handle instanceof Server && (handle.address() as AddressInfo | null)?.port === port,
    ) as Server | undefined;
    listening!.emit('error', new Error('EMFILE'));
    listening!.emit('error', new Error('EMFILE'));
    expect((await ask(url, '/')).status).toBe(200);
  });

  it('says where it cannot listen', async () => {
    const { url } = await openServer();
    const { port } = addressOf(url);
    await expect(openServer(emptyPublished, { host: '127.0.0.1', port })).rejects.toThrow(
      `cannot listen at 127.0.0.1:${port}: somebody else listens there`,
    );
    await expect(openServer(emptyPublished, { host: '192.0.2.1', port: 0 })).rejects.toThrow(
      'cannot listen at 192.0.2.1:0: this machine has no such address',
    );
  });
});
