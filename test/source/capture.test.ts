import { describe, expect, it } from 'vitest';
import { RecordingClock } from '#powerlog/source/clock-watch.js';
import { openPacedCapture } from '#powerlog/source/paced.js';
import { openRecorded } from '#powerlog/source/recorded.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import type { FrameBlock } from '#powerlog/stream/frame-block.js';
import { collect, encode, end, fileOf, preamble, sample } from '../capture/samples.js';

const lost: RecordingEvent = {
  type: 'fault',
  kind: 'board-lost',
  startNs: 5_000_000,
  endNs: 60_000_000,
  bytesDropped: 0,
};
const clock: RecordingEvent = { type: 'clock', atNs: 61_000_000, unixUs: 1_700_000_000_999_456 };

describe('a capture as a source', () => {
  it('gives samples, events and end as recorded, with the start that was', async () => {
    const all = [sample(0), sample(1, [lost]), sample(2, [clock]), sample(3, [end(9e9)])];
    const source = await openRecorded(fileOf(preamble, ...encode(all)), null);
    expect(source.identity).toEqual({
      id: 'benchlab',
      product: 'BENCHLAB',
      productId: 16,
      uid: '0011223344556677889900aa',
      name: 'bench 3',
      firmware: 7,
      port: '/dev/ttyACM0',
    });
    const recording = source.start();
    expect(recording.header).toMatchObject({
      startMonotonicNs: null,
      startUnixUs: 1_700_000_000_123_456,
      timing: 'round-trip',
    });
    expect((await collect(recording.blocks())).samples).toEqual(all);
    expect(recording.warnings?.()).toEqual([]);
    await source.close();
  });

  it('gives one that was cut off an end of its own at its last instant, and a warning', async () => {
    const source = await openRecorded(fileOf(preamble, ...encode([sample(0), sample(1)])), null);
    const recording = source.start();
    const { events } = await collect(recording.blocks());
    expect(events).toEqual([{ type: 'end', atNs: sample(1).replyNs, reason: 'source-ended' }]);
    expect(recording.warnings?.()).toMatchObject([{ code: 'capture-cut' }]);
    await source.close();
  });

  it('ends where it is stopped', async () => {
    const all = Array.from({ length: 2000 }, (_, n) => sample(n));
    const source = await openRecorded(fileOf(preamble, ...encode(all)), null);
    const recording = source.start();
    const seen: FrameBlock[] = [];
    for await (const block of recording.blocks()) {
      seen.push(block);
      recording.stop();
    }
    expect(seen.map((block) => block.count)).toEqual([512, 0]);
    expect(seen[1]!.events).toEqual([{ type: 'end', atNs: sample(511).replyNs, reason: 'stopped' }]);
    await source.close();
  });

  it('refuses --board and --rate, which it says itself', async () => {
    const board = (await import('#powerlog/board/catalogue.js')).boardFor('benchlab')!;
    const path = fileOf(preamble, ...encode([sample(0)]));
    await expect(openRecorded(path, { board, firmware: null, rateHz: 100 })).rejects.toMatchObject({
      exitCode: 2,
    });
  });
});

describe('a capture as a port', () => {
  const hourNs = 3600e9;

  it('hands out every sample, none before its instant has come', async () => {
    const all = Array.from({ length: 150 }, (_, n) => sample(n, n === 40 ? [lost] : n === 70 ? [clock] : []));
    const path = fileOf(preamble, ...encode([...all, sample(150, [end(160e6)])]));
    const source = await openPacedCapture(path);
    expect(source.identity.port).toBe(path);
    const recording = source.start(new RecordingClock(), {});
    const { startMonotonicNs, startUnixUs } = recording.header;
    expect(Math.abs(startUnixUs! / 1000 - Date.now())).toBeLessThan(60_000);
    const early: number[] = [];
    async function* watched() {
      for await (const block of recording.blocks()) {
        const nowNs = Number(process.hrtime.bigint() - startMonotonicNs!);
        for (let row = 0; row < block.count; row++) if (block.replyNs[row]! > nowNs) early.push(row);
        yield block;
      }
    }
    const { samples, events } = await collect(watched());
    expect(early).toEqual([]);
    expect(samples.map(({ requestNs, frame }) => ({ requestNs, frame }))).toEqual(
      Array.from({ length: 151 }, (_, n) => ({ requestNs: n * 1e6, frame: sample(n).frame })),
    );
    // The wall clock was 0.876 s after the recorded start, so it is that long after today's.
    expect(events).toEqual([
      lost,
      { ...clock, unixUs: startUnixUs! + 876_000 },
      { type: 'end', atNs: 160e6, reason: 'source-ended' },
    ]);
    await source.close();
  });

  it('gives what was run and marked where that is asked for, and nothing of it before its time', async () => {
    const mark = {
      kind: 'point',
      name: 'here',
      count: null,
      atNs: 150e6,
      uncertaintyNs: 0,
      line: 1,
    } as const;
    const marks: RecordingEvent = { type: 'marks', run: 0, marks: [mark] };
    const path = fileOf(preamble, ...encode([sample(0, [marks]), sample(1)]));
    for (const withCommand of [true, false]) {
      const source = await openPacedCapture(path, withCommand);
      const recording = source.start(new RecordingClock(), {});
      const { startMonotonicNs } = recording.header;
      const found: RecordingEvent[] = [];
      for await (const { events } of recording.blocks()) {
        found.push(...events);
        if (events.some(({ type }) => type === 'marks'))
          expect(Number(process.hrtime.bigint() - startMonotonicNs!)).toBeGreaterThanOrEqual(mark.atNs);
      }
      expect(found.filter(({ type }) => type === 'marks')).toEqual(withCommand ? [marks] : []);
      expect(recording.warnings!().map(({ code }) => code)).toEqual(
        expect.arrayContaining(withCommand ? [] : ['command-left']),
      );
      await source.close();
    }
  });

  it('ends where the capture ended, whenever the clocks were read after it', async () => {
    const late: RecordingEvent = { ...clock, atNs: 30e6 } as RecordingEvent;
    const source = await openPacedCapture(fileOf(preamble, ...encode([sample(0, [late, end(20e6)])])));
    const { events } = await collect(source.start(new RecordingClock(), {}).blocks());
    expect(events.at(-1)).toEqual({ type: 'end', atNs: 20e6, reason: 'source-ended' });
    await source.close();
  });

  it('says what it has skipped by then where it is not played to its end', async () => {
    const unknown = { type: 'moonrise', atNs: 1 } as unknown as RecordingEvent;
    const late = { ...sample(1), requestNs: hourNs, replyNs: hourNs };
    const source = await openPacedCapture(fileOf(preamble, ...encode([sample(0, [unknown]), late])));
    const recording = source.start(new RecordingClock(), { durationMs: 5 });
    await collect(recording.blocks());
    expect(recording.warnings!()).toEqual([
      { code: 'capture-unknown', message: expect.stringContaining("event 'moonrise'") },
    ]);
    await source.close();
  });

  it('stops at once, in the middle of an hour of nothing', async () => {
    const late = { ...sample(1), requestNs: hourNs, replyNs: hourNs };
    const source = await openPacedCapture(fileOf(preamble, ...encode([sample(0, [clock]), late])));
    const recording = source.start(new RecordingClock(), {});
    const events: RecordingEvent[] = [];
    let count = 0;
    for await (const block of recording.blocks()) {
      count += block.count;
      events.push(...block.events);
      if (block.events.length > 0) setImmediate(() => recording.stop());
    }
    expect(count).toBe(1);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    await source.close();
  });

  it('ends after the duration asked for, with the samples until then', async () => {
    const samples = Array.from({ length: 100 }, (_, n) => sample(n));
    const late = { ...sample(100), requestNs: hourNs, replyNs: hourNs };
    const source = await openPacedCapture(fileOf(preamble, ...encode([...samples, late])));
    const { samples: got, events } = await collect(
      source.start(new RecordingClock(), { durationMs: 20.5 }).blocks(),
    );
    expect(got.map((each) => each.requestNs)).toEqual(Array.from({ length: 21 }, (_, n) => n * 1e6));
    expect(events).toEqual([{ type: 'end', atNs: 20.5e6, reason: 'duration' }]);
    await source.close();
  });

  it('refuses a rate', async () => {
    const source = await openPacedCapture(fileOf(preamble, ...encode([sample(0)])));
    expect(() => source.start(new RecordingClock(), { rateHz: 10 })).toThrow(
      expect.objectContaining({ exitCode: 2 }),
    );
    await source.close();
  });
});
