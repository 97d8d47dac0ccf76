import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { openCaptureSink } from '#powerlog/capture/writer.js';
import type { RecordingHeader } from '#powerlog/stream/recording-header.js';
import type { SampleBlock } from '#powerlog/stream/sample-block.js';
import { benchlabMap } from '../benchlab-map.js';
import { blockOf, end, readAll, type Sample, sample, scratch } from './samples.js';

const benchlab = boardFor('benchlab')!;

const recording: RecordingHeader = {
  board: {
    id: 'benchlab',
    product: 'BENCHLAB',
    productId: 16,
    uid: null,
    name: null,
    firmware: null,
    port: '/dev/ttyACM0',
  },
  startMonotonicNs: 9_007_199_254_740_993n,
  startUnixUs: 1_700_000_000_000_001,
  timing: 'round-trip',
};
const open = (path: string, force = false) =>
  openCaptureSink({
    path,
    force,
    board: benchlab,
    map: benchlabMap,
    host: { cpu: 'slow' },
    accuracy: 0.01,
  });

/** The sink looks at what a block was decoded from, and at nothing else. */
const lent = (samples: readonly Sample[], last: readonly Parameters<typeof end>[0][] = []) => {
  const frames = blockOf(samples, last.map(end));
  const { count, requestNs: earliestNs, replyNs: latestNs, events } = frames;
  const timeUs = new Float64Array(0);
  return {
    count,
    timeUs,
    earliestNs,
    latestNs,
    channels: [],
    powerMw: [],
    events,
    frames,
  } satisfies SampleBlock;
};

describe('the capture sink', () => {
  it('writes what it was lent, also where the lender uses the memory again', async () => {
    const path = join(scratch(), 'run.plog');
    const sink = open(path);
    await sink.begin(recording);
    const all = Array.from({ length: 2500 }, (_, n) => sample(n));
    for (let at = 0; at < all.length; at += 100) {
      const block = lent(all.slice(at, at + 100));
      await sink.write(block);
      block.frames.frames.fill(0xee);
      block.frames.requestNs.fill(-1);
    }
    await sink.write(lent([], [3e9]));
    await sink.finish();
    const { samples, events, reader } = await readAll(path);
    expect(samples.map((each) => ({ ...each, events: [] }))).toEqual(all);
    expect(events).toEqual([end(3e9)]);
    expect(reader.problem).toBeNull();
    expect(reader.header).toMatchObject({
      board: { id: 'benchlab', product_id: 16, port: '/dev/ttyACM0' },
      start: { monotonic_ns: '9007199254740993', unix_us: 1_700_000_000_000_001 },
      map: benchlabMap,
      host: { cpu: 'slow' },
      accuracy: 0.01,
      instants_measured: true,
    });
  });

  it('has its header on disk before the first sample, and each sample soon after without being asked', async () => {
    const path = join(scratch(), 'run.plog');
    const sink = open(path);
    await sink.begin(recording);
    const header = statSync(path).size;
    expect((await readAll(path)).samples).toHaveLength(0);
    await sink.write(lent([sample(0)]));
    await vi.waitUntil(() => statSync(path).size > header, { timeout: 300_000 });
    const { samples, reader } = await readAll(path);
    expect(samples).toEqual([sample(0)]);
    expect(reader.problem?.code).toBe('capture-cut');
    await sink.finish();
  });

  it('compresses by the name', async () => {
    const path = join(scratch(), 'run.plog.gz');
    const sink = open(path);
    await sink.begin(recording);
    await sink.write(lent([sample(0), sample(1)], [5]));
    await sink.finish();
    expect([...readFileSync(path).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    const { samples, reader } = await readAll(path);
    expect(samples).toHaveLength(2);
    expect(reader.problem).toBeNull();
  });

  it('leaves an existing file alone unless forced, and replaces it only once it begins', async () => {
    const path = join(scratch(), 'run.plog');
    writeFileSync(path, 'mine');
    expect(() => open(path)).toThrow(expect.objectContaining({ exitCode: 5 }));
    await open(path, true).finish();
    expect(readFileSync(path, 'utf8')).toBe('mine');
    const sink = open(path, true);
    await sink.begin(recording);
    await sink.finish();
    expect((await readAll(path)).samples).toHaveLength(0);
  });

  it('leaves nothing behind where no recording began', async () => {
    const path = join(scratch(), 'run.plog');
    await open(path).finish();
    expect(existsSync(path)).toBe(false);
  });

  it('fails with the code for outputs where the disk is full', async () => {
    if (!existsSync('/dev/full')) return;
    const sink = open('/dev/full');
    await expect(sink.begin(recording)).rejects.toMatchObject({ exitCode: 5 });
    await sink.finish();
  });
});
