import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { newColumns } from '#powerlog/draw/envelope.js';
import { readRested } from '#powerlog/report/rested.js';
import { placesOfFile } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';
import { freePort } from '../free-port.js';
import { addressOf, askMeasure, documentRead } from './client.js';
import { writeLongCapture } from './long-capture.js';
import { start } from './started.js';

const { fetch: ask } = globalThis;
// The page's own modules, in Node: it lacks of a browser what it takes here from `ws`, and asks no second time where a connection
// that it kept was closed meanwhile.
Object.assign(globalThis, {
  fetch: (address: URL, { headers }: { headers: Record<string, string> }) =>
    ask(address, { headers: { ...headers, connection: 'close' } }),
  WebSocket: class extends WebSocket {
    constructor(address: URL, protocols: string[]) {
      super(address, protocols);
      this.on('error', () => {}); // a browser throws it nowhere
    }
  },
});
const { openServed } = await import(
  fileURLToPath(new URL('../../src/page/data/served/open-served.ts', import.meta.url))
);

const place = placesOfFile();
const capture = place('run.plog');
beforeAll(() => {
  const { code, err } = powerlog(words`record --port sim:train --duration 2s --capture ${capture} --quiet`);
  if (code !== 0) throw new Error(err);
});

/** Asks again and again, as a page does that draws, until it is so; woken by the store. */
async function until(store: { onChange: () => void }, isSo: () => boolean): Promise<void> {
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      store.onChange = resolve;
    });
    if (isSo()) return;
    await changed;
  }
}

const extremes = (values: Iterable<number>) => {
  const known = [...values].filter((value) => !Number.isNaN(value));
  return [Math.min(...known), Math.max(...known)];
};

describe('the powers of a served recording', () => {
  it('are there coarse at once, and as fine as they are looked at', async () => {
    const path = place('long.plog');
    writeLongCapture(path, 40_000);
    const url = await start(['view', path]).url;
    await documentRead(url);
    const { recordings } = await openServed(url);
    const [{ run, store }] = recordings;
    await store.ready;
    const { samples, envelopes } = await readRested(path);
    const { timeUs, powerMw } = samples!;
    const columns = newColumns(500);
    store.fillColumns(0, 0, run.endUs, columns);
    expect(extremes([...columns.minMw, ...columns.maxMw])).toEqual(extremes(powerMw[0]!));
    expect(envelopes.series).toHaveLength(run.series.length);

    const [from, to] = [12_000_000, 12_500_000];
    expect(store.samplesIn(from, to, 10_000)).toBeNull();
    expect(store.isSettled(from, to, 500)).toBe(false);
    await until(store, () => {
      store.expect(from, to, 500, 0);
      return store.samplesIn(from, to, 10_000) !== null;
    });
    // What is known of intervals may become another when more has been read, and of samples nothing does.
    expect(store.isSettled(from, to, 500)).toBe(true);
    await until(store, () => {
      store.expect(0, run.endUs, 500, 0);
      return store.isSettled(0, run.endUs, 500);
    });
    for (const done of [false, true])
      store.readFurther({ run: run.id, share: 1, upToUs: run.endUs, done, seeks: true, problem: null });
    expect([store.isSettled(from, to, 500), store.isSettled(0, run.endUs, 500)]).toEqual([true, false]);
    const seen = store.samplesIn(from, to, 10_000);
    const [first, last] = [timeUs.findIndex((us) => us >= from) - 1, timeUs.findIndex((us) => us > to)];
    expect([...seen.timeUs]).toEqual([...timeUs.subarray(first, last + 1)]);
    expect([...seen.powerMw[2]]).toEqual([...powerMw[2]!.subarray(first, last + 1)]);
    store.fillColumns(0, from, to, columns);
    const inner = powerMw[0]!.subarray(first, last + 1);
    expect(Math.max(...columns.maxMw)).toBeLessThanOrEqual(Math.max(...inner));
    // Half as much on both sides comes when nothing else is wanted.
    await until(store, () => store.samplesIn(from - 200_000, to + 200_000, 10_000) !== null);
    const rolling = new Float32Array(100);
    store.fillRolling(0, from, to, 100_000, rolling);
    const [least, most] = extremes(rolling);
    expect(least).toBeGreaterThanOrEqual(Math.min(...powerMw[0]!));
    expect(most).toBeLessThanOrEqual(Math.max(...powerMw[0]!));

    // The mean around one sample reaches far beyond it.
    const [windowUs, middleUs] = [200_000, 30_000_000];
    const mean = new Float32Array(1);
    await until(store, () => {
      store.expect(middleUs - 500, middleUs + 500, 1, 0);
      return store.isSettled(middleUs - 500, middleUs + 500, 1);
    });
    await until(store, () => {
      store.expect(middleUs - 500, middleUs + 500, 1, windowUs);
      return store.samplesIn(middleUs - windowUs / 2, middleUs + windowUs / 2, 10_000) !== null;
    });
    store.fillRolling(0, middleUs - 500, middleUs + 500, windowUs, mean);
    const { meanW } = await store.measure(middleUs - windowUs / 2, middleUs + windowUs / 2);
    expect(mean[0]! / 1e3 / meanW[0]!).toBeCloseTo(1, 6);

    const figures = await store.measure(from, to);
    const asked = await askMeasure(url, 'run0', from, to);
    expect([...figures.energyJ]).toEqual(asked.energyJ);
    expect([...figures.uncertaintyJ]).toEqual(asked.uncertaintyJ);
    const all = await store.finest(0, run.endUs + 1);
    expect(all.kind).toBe('samples');
    expect(all.timeUs).toEqual(timeUs);
    expect(all.powerMw[1]).toEqual(powerMw[1]);
  });

  it('grow while a recording runs, and stay when it has ended', async () => {
    const { url: address, stop } = start(words`live --port sim:constant`);
    const served = await openServed(await address);
    const [{ store }] = served.recordings;
    const states: string[] = [];
    const closed = new Promise<void>((resolve) => {
      served.onState = (state: string) => {
        states.push(state);
        if (state === 'closed') resolve();
      };
    });
    let ended: { reason: string } | null = null;
    served.onLive = (_: unknown, __: number, end: { reason: string } | null) => {
      ended = end;
    };
    let run = served.recordings[0].run;
    served.onRun = (_: number, next: typeof run) => {
      run = next;
    };
    await store.ready;
    const before = store.endUs;
    await until(store, () => store.endUs > before + 1_000_000);
    const columns = newColumns(20);
    await until(store, () => {
      store.expect(0, store.endUs, 20, 0);
      store.fillColumns(0, 0, store.endUs, columns);
      return !Number.isNaN(columns.maxMw[15]) && !Number.isNaN(columns.maxMw[4]);
    });
    expect(extremes(columns.maxMw)).toEqual([400_000, 400_000]);
    await stop();
    await closed;
    expect(ended).toMatchObject({ reason: 'stopped' });
    expect(states.at(-1)).toBe('closed');
    store.fillColumns(2, 0, store.endUs, columns);
    expect(extremes(columns.maxMw)).toEqual([300_000, 300_000]);
    const { energyJ } = await store.measure(run.startUs + 200_000, run.startUs + 700_000);
    expect(energyJ[0]).toBeCloseTo(200, 3);
    expect(run.summary.energy_j.system).toBeGreaterThan(400);
    expect(run.endUs).toBeGreaterThan(before + 1_000_000);
  });

  it('are asked for again when the server is back, and not of another one', async () => {
    // One that nobody is given while the server is away, the page itself included, which asks there over and over.
    const port = await freePort();
    const first = start(words`view --listen 127.0.0.1:${port} ${capture}`);
    const url = await first.url;
    const served = await openServed(url);
    const states: string[] = [];
    const refused = new Promise<void>((resolve) => {
      served.onState = (state: string) => {
        states.push(state);
        if (state === 'refused') resolve();
      };
    });
    first.kill();
    await first.ended;
    const second = start(words`view --listen 127.0.0.1:${port} ${capture}`);
    expect(addressOf(await second.url).port).toBe(port);
    await refused;
    expect(states[0]).toBe('reconnecting');
    expect(await second.stop()).toBe(0);
  });
});
