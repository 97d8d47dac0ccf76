import { execFile, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { reachOf } from '#powerlog/capture/event-json.js';
import { openCaptureSink } from '#powerlog/capture/writer.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { FanOut } from '#powerlog/session/fan-out.js';
import { runSession } from '#powerlog/session/session.js';
import { channelsOf, csvColumns } from '#powerlog/sink/columns.js';
import { type CsvSink, openCsv } from '#powerlog/sink/csv.js';
import { Shortfall } from '#powerlog/sink/shortfall.js';
import type { Sink } from '#powerlog/sink/sink.js';
import type { Recording } from '#powerlog/source/source.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { benchlabMap } from '../benchlab-map.js';
import {
  blockOf,
  boardFrames,
  expectInOrder,
  frameBytes,
  readAll,
  type Sample,
  scratch,
} from '../capture/samples.js';
import { header } from '../measure/recording.js';

const board = boardFor('benchlab')!;
const wiring = resolveWiring(board, benchlabMap);
const columns = csvColumns(board, wiring, 'all');

const frames = boardFrames(256);
/** One sample a ms, with a reading of the clock behind every thousandth. */
const sampleOf = (n: number): Sample => ({
  requestNs: n * 1_000_000,
  replyNs: n * 1_000_000 + 400_000,
  frame: frames[n % frames.length]!,
  events: n % 1000 === 999 ? [{ type: 'clock', atNs: n * 1_000_000 + 500_000, unixUs: n }] : [],
});

/** Blocks whose memory is used again for the next, and an end. */
class Played implements Recording {
  readonly header = header;
  #next = 0;
  #stopped = false;

  /**
   * @param samples How many there are; it goes on until it is stopped where absent.
   * @param taken How many a sink has that shall keep up: the samples come no faster than a real disk takes them.
   */
  constructor(
    readonly live: boolean,
    readonly samples = Number.POSITIVE_INFINITY,
    readonly taken = () => Number.POSITIVE_INFINITY,
  ) {}

  /** How many were asked for. */
  get asked(): number {
    return this.#next;
  }

  async *blocks() {
    const most = 250;
    while (this.#next < this.samples && !this.#stopped) {
      const to = Math.min(this.#next + most, this.samples);
      const samples = Array.from({ length: to - this.#next }, (_, n) => sampleOf(this.#next + n));
      this.#next = to;
      const block = blockOf(samples, samples.at(-1)!.events);
      yield block;
      block.frames.fill(0xee);
      block.requestNs.fill(-1);
      block.replyNs.fill(-1);
      do
        await setImmediate(); // a live source comes in turns
      while (this.#next - this.taken() > 3000);
    }
    const atNs = this.#next * 1_000_000;
    yield blockOf([], [{ type: 'end', atNs, reason: this.#stopped ? 'stopped' : 'duration' }]);
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** A pipe with a name that takes as much as a pipe holds, and then nothing until it is read. */
function pipe(): { readonly path: string; read(): Promise<Buffer> } {
  const path = join(scratch(), 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  // Or else whoever opens it to write would wait for a reader.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  const read = async () =>
    (await promisify(execFile)('cat', [path], { encoding: 'buffer', maxBuffer: 1 << 28 })).stdout;
  return { path, read };
}

const capture = (path: string) =>
  openCaptureSink({ path, force: true, board, map: benchlabMap, host: {}, accuracy: null });
const csv = (path: string) => openCsv({ path, force: false, columns });
const rowsIn = (text: string | Buffer) => text.toString().trimEnd().split('\n').slice(1);

function record(recording: Recording, sinks: readonly Sink[], mostWaitingSamples: number) {
  const notices: string[] = [];
  const session = runSession({
    ...{ board, recording, wiring, sinks, mostWaitingSamples },
    columnsToDecode: channelsOf(columns),
    onNotice: (text) => notices.push(text),
  });
  return { session, notices };
}

/** Waits for a capture that is whole up to its end. */
async function whole(path: string) {
  await vi.waitFor(async () => expect((await readAll(path)).reader.problem).toBeNull(), { timeout: 300_000 });
  return readAll(path);
}

const overruns = (events: readonly RecordingEvent[]) =>
  events.flatMap((event) => (event.type === 'fault' && event.kind === 'overrun' ? [event] : []));

describe.skipIf(process.platform === 'win32')('a sink that takes nothing for a while', () => {
  const samples = 20_000;

  it('costs no other sink a row, and is the only one that waits at the end', async () => {
    const [blocked, folder] = [pipe(), scratch()];
    const [plain, kept] = [join(folder, 'run.csv'), join(folder, 'run.plog')];
    const late = await csv(blocked.path);
    const collector = new SummaryCollector(board, wiring, 0.03);
    const prompt = await csv(plain);
    const recording = new Played(true, samples, () => prompt.rows);
    const finish = vi.fn(async () => {});
    const last: Sink = { begin() {}, write() {}, finish };
    const { session, notices } = record(recording, [late, prompt, capture(kept), collector, last], 1000);
    const { samples: captured, events } = await whole(kept);
    expect(captured.map(({ requestNs }) => requestNs / 1e6)).toEqual(Array.from(captured.keys()));
    expect(captured).toHaveLength(samples);
    expect(overruns(events)).toEqual([]);
    await vi.waitFor(() => expect(rowsIn(readFileSync(plain))).toHaveLength(samples), { timeout: 300_000 });
    expect(collector.measured().samples).toBe(samples);
    await vi.waitFor(() => expect(finish).toHaveBeenCalled(), { timeout: 300_000 });

    const rows = rowsIn(await blocked.read());
    await session;
    expectInOrder(rows, rowsIn(readFileSync(plain)));
    const lost = samples - rows.length;
    expect(lost).toBeGreaterThan(0);
    const { code, message } = late.shortfall.warning!;
    expect(code).toBe('sink-overrun');
    expect(message).toContain(`${blocked.path} lacks ${lost} samples between `);
    expect(notices).toEqual([expect.stringContaining(`${blocked.path} does not take samples as fast`)]);
  });

  it('is told in a capture where samples are lacking, and no event is lost', async () => {
    const [blocked, folder] = [pipe(), scratch()];
    const many = 60_000; // a capture holds 8 MB by itself
    const late = capture(blocked.path);
    const kept = join(folder, 'kept.plog');
    const recording = new Played(true, many, () => statSync(kept).size / frameBytes);
    const { session } = record(recording, [late, capture(kept)], 5000);
    await whole(kept);
    const read = join(folder, 'read.plog');
    writeFileSync(read, await blocked.read());
    await session;
    const { samples: found, events, reader } = await readAll(read);
    expect(reader.problem).toBeNull();
    const told = overruns(events);
    const lost = told.reduce((sum, { samples }) => sum + samples, 0);
    expect(lost).toBe(many - found.length);
    expect(lost).toBe(late.shortfall.samples);
    expect(lost).toBeGreaterThan(0);
    // What is not there lies in the stretches that were told, and there is nothing in them.
    const stretches = told.map(({ startNs, endNs }) => [startNs / 1e6, (endNs - 400_000) / 1e6] as const);
    const missing = stretches.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, n) => from + n),
    );
    const there = found.map(({ requestNs }) => requestNs / 1e6);
    expect([...there, ...missing].sort((a, b) => a - b)).toEqual(Array.from({ length: many }, (_, n) => n));
    const times = events.map(reachOf);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const others = events.filter((event) => event.type !== 'fault');
    expect(others).toEqual((await readAll(kept)).events);
    expect(others).toHaveLength(many / 1000 + 1);
  });

  it('hears of what it lacks when it is ready again, before anything else comes', async () => {
    const seen: unknown[] = [];
    let ready = () => {};
    const sink: Sink = {
      shortfall: new Shortfall('run.plog'),
      begin() {},
      write({ count, events }) {
        seen.push([count, ...events]);
        return new Promise((resolve) => {
          ready = resolve;
        });
      },
      finish: async () => {},
    };
    const fanOut = new FanOut([sink], {
      ...{ frameBytes, live: true, mostWaitingSamples: 3, onError: () => false, onNotice: () => {} },
      decode: (frames) => {
        const { count, requestNs: earliestNs, replyNs: latestNs, events } = frames;
        return { count, timeUs: latestNs, earliestNs, latestNs, channels: [], powerMw: [], events, frames };
      },
    });
    fanOut.begin(header);
    const block = (...numbers: readonly number[]) => blockOf(numbers.map(sampleOf), []);
    for (const each of [block(0), block(1, 2, 3, 4), block(5, 6, 7, 8)]) fanOut.write(each);
    ready();
    const lost = { type: 'fault', kind: 'overrun', startNs: 1_000_000, endNs: 8_400_000, samples: 8 };
    await vi.waitFor(() => expect(seen).toEqual([[1], [0, lost]]), { timeout: 300_000 });
    fanOut.write(block(9));
    ready();
    await vi.waitFor(() => expect(seen).toEqual([[1], [0, lost], [1]]), { timeout: 300_000 });
  });

  it('holds up a source that can wait, and loses nothing', async () => {
    const blocked = pipe();
    const late = await csv(blocked.path);
    const recording = new Played(false, samples);
    const { session } = record(recording, [late], 10);
    const text = await blocked.read();
    await session;
    const plain = join(scratch(), 'run.csv');
    await record(new Played(false, samples), [await csv(plain)], 10).session;
    expect(text.equals(readFileSync(plain))).toBe(true);
    expect(late.shortfall.warning).toBeNull();
  });

  it.runIf(existsSync('/dev/full'))('or fails, ends the recording and leaves the others whole', async () => {
    const kept = join(scratch(), 'run.plog');
    const recording = new Played(true);
    const failing: CsvSink = await csv('/dev/full');
    await expect(
      record(recording, [failing, capture(kept)], Number.POSITIVE_INFINITY).session,
    ).rejects.toMatchObject({
      exitCode: 5,
    });
    const { samples: captured, events, reader } = await readAll(kept);
    expect(reader.problem).toBeNull();
    expect(captured).toHaveLength(recording.asked);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
  });
});
