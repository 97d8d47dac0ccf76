import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drainRing, type PlacedEvent, Turns } from '#powerlog/link/drain-ring.js';
import type { SamplingOutcome } from '#powerlog/link/link.js';
import { unwatchedMs } from '#powerlog/link/link.js';
import { SampleRing } from '#powerlog/link/ring.js';

const frameBytes = 4;
const newRing = () => new SampleRing(SampleRing.allocate(64, frameBytes), frameBytes);

function put(ring: SampleRing, value: number): void {
  ring.stage(new Uint8Array(frameBytes).fill(value), value, value);
  ring.publish();
}

afterEach(() => {
  vi.useRealTimers();
});

describe('drainRing', () => {
  it('hands out what is left before it says how the sampling ended', async () => {
    const ring = newRing();
    const events: PlacedEvent[] = [];
    let end: (outcome: SamplingOutcome) => void = () => {};
    const blocks = drainRing(ring, events, new Promise((resolve) => (end = resolve)));
    put(ring, 1);
    const first = await blocks.next();
    expect(first.done ? null : first.value.requestNs[0]).toBe(1);
    const second = blocks.next();
    put(ring, 2);
    events.push({ at: ring.head, event: { type: 'clock', atNs: 2, unixUs: 2 } });
    end('duration');
    const next = await second;
    expect(next.done ? null : next.value.requestNs[0]).toBe(2);
    const third = await blocks.next();
    expect(third.done ? null : third.value.events).toEqual([{ type: 'clock', atNs: 2, unixUs: 2 }]);
    expect(await blocks.next()).toEqual({ done: true, value: 'duration' });
  });

  it.each([2 ** 31, 2 ** 32])('keeps events in their place where the counters pass %i', async (limit) => {
    const buffer = SampleRing.allocate(64, frameBytes);
    new Int32Array(buffer).fill((limit - 2) | 0, 0, 2); // the head and the tail
    const ring = new SampleRing(buffer, frameBytes);
    const events: PlacedEvent[] = [];
    for (let n = 0; n < 5; n++) {
      put(ring, n);
      events.push({ at: ring.head, event: { type: 'clock', atNs: n, unixUs: n } });
    }
    const order: string[] = [];
    for await (const block of drainRing(ring, events, Promise.resolve('duration' as const))) {
      order.push(...Array.from(block.requestNs, (ns) => `sample ${ns}`));
      order.push(...block.events.map((event) => `event ${event.type === 'clock' && event.atNs}`));
    }
    expect(order).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`sample ${n}`, `event ${n}`]));
  });

  it('waits for its turn, unless somebody asks', async () => {
    vi.useFakeTimers();
    const ring = newRing();
    let end: (outcome: SamplingOutcome) => void = () => {};
    const turns = new Turns(400);
    const blocks = drainRing(ring, [], new Promise((resolve) => (end = resolve)), turns);
    const handed: number[] = [];
    const all = (async () => {
      for await (const { requestNs } of blocks) handed.push(...requestNs);
    })();
    await vi.advanceTimersByTimeAsync(0);
    put(ring, 1);
    await vi.advanceTimersByTimeAsync(399);
    expect(handed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(handed).toEqual([1]);
    put(ring, 2);
    turns.now();
    await vi.advanceTimersByTimeAsync(0);
    expect(handed).toEqual([1, 2]);
    end('stopped');
    await all;
  });

  it('hands out what is left before it fails', async () => {
    const ring = newRing();
    put(ring, 1);
    const blocks = drainRing(ring, [], Promise.reject(new Error('the thread died')));
    expect((await blocks.next()).done).toBe(false);
    await expect(blocks.next()).rejects.toThrow('the thread died');
  });

  it('keeps nothing of the pauses: a recording may last for days', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    vi.useFakeTimers();
    let end: (outcome: SamplingOutcome) => void = () => {};
    const next = drainRing(newRing(), [], new Promise((resolve) => (end = resolve))).next();
    const heapAfter = async (pauses: number): Promise<number> => {
      for (let n = 0; n < pauses; n++) await vi.advanceTimersByTimeAsync(unwatchedMs);
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await heapAfter(1000);
    const pauses = 20_000;
    expect(((await heapAfter(pauses)) - before) / pauses).toBeLessThan(50);
    end('stopped');
    await next;
  });
});
