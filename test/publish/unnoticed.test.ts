import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { words } from '../cli/run.js';
import { addressOf, ask, messagesOf, openStream, rawConnection } from './client.js';
import { start } from './started.js';

describe('a recording with a page', () => {
  it('keeps every sample that its board sent, and ends by itself, whatever is done to its server', async () => {
    const folder = scratch();
    const [link, csv, report] = ['port', 'run.csv', 'report.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const board = start(words`simulate --link ${link} --latency 1ms --report ${report}`);
    while (!board.out().includes(link)) await new Promise((resolve) => setTimeout(resolve, 20));
    const recording = start(words`record --live --port ${link} --out ${csv} --quiet`, 'stderr');
    const url = await recording.url;
    const { port } = addressOf(url);

    const lazy = await openStream(url);
    lazy.pause();
    const awake = messagesOf(await openStream(url));
    const slow = await Promise.all(Array.from({ length: 100 }, () => rawConnection(url)));
    for (const { socket } of slow) socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: `);
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x');
    }, 50);
    const greedy = await Promise.all(Array.from({ length: 10 }, () => rawConnection(url)));
    for (const { socket } of greedy) {
      socket.pause();
      socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(1500));
    }
    const giant = await rawConnection(url);
    giant.socket.write(`GET /${'x'.repeat(1 << 20)}`);
    for (let n = 0; n < 20; n++) {
      const refused = [
        ask(url, '/api/document', { token: null }),
        ask(url, '/api/document', { token: 'A'.repeat(43) }),
        ask(url, '/api/document', { headers: { host: 'evil.example' } }),
        ask(url, '/../../etc/passwd'),
        ask(url, '/api/document', { method: 'POST', body: new Uint8Array(1000) }),
        openStream(url, { origin: 'http://evil.example' }).then(
          () => ({ status: 101 }),
          () => ({ status: 403 }),
        ),
      ];
      expect((await Promise.all(refused)).map(({ status }) => status)).toEqual([
        401, 401, 403, 404, 405, 403,
      ]);
    }
    for (;;) {
      const { head } = await awake.next();
      if (head.kind === 'state' && (head.runs[0]?.samples ?? 0) > 1500) break;
    }
    clearInterval(drip);
    expect(await recording.stop()).toBe(0);
    expect(await board.stop()).toBe(0);

    const { requests } = JSON.parse(readFileSync(report, 'utf8'));
    const rows = readFileSync(csv, 'utf8').trimEnd().split('\n').length - 1;
    const { samples, warnings } = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(samples).toBe(rows);
    // The last one may have been asked for and not awaited; a reply that a busy machine is late with is dropped, told and counted.
    const times = (code: string): number => {
      const told = warnings.find((warning: { code: string }) => warning.code === code);
      return Number(told?.message.replaceAll(',', '').match(/\d+/)[0] ?? 0);
    };
    const dropped = times('late-reply') + times('no-reply');
    expect(requests.sensors - samples).toBeGreaterThanOrEqual(0);
    expect(requests.sensors - samples).toBeLessThanOrEqual(1 + dropped);
    expect(warnings.map(({ code }: { code: string }) => code)).not.toContain('overrun');
    expect(warnings.map(({ code }: { code: string }) => code)).not.toContain('sink-overrun');
  });
});
