import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { captureHeader } from '#powerlog/capture/header.js';
import { openCapture } from '#powerlog/capture/open.js';
import type { CaptureReader } from '#powerlog/capture/reader.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import type { FrameBlock } from '#powerlog/stream/frame-block.js';
import { benchlabMap } from '../benchlab-map.js';

const benchlab = boardFor('benchlab')!;

export const frameBytes = 216;

/** One sample, and the events that stand behind it. */
export interface Sample {
  readonly requestNs: number;
  readonly replyNs: number;
  readonly frame: Uint8Array;
  readonly events: readonly RecordingEvent[];
}

export const end = (atNs: number): RecordingEvent => ({ type: 'end', atNs, reason: 'stopped' });

const board = {
  id: 'benchlab',
  product: 'BENCHLAB',
  productId: 16,
  uid: '0011223344556677889900aa',
  name: 'bench 3',
  firmware: 7,
  port: '/dev/ttyACM0',
};

export const header = captureHeader(
  {
    board: benchlab,
    map: benchlabMap,
    tool: { name: 'powerlog', version: '0.0.0' },
    host: { hostname: 'here' },
    accuracy: 0.03,
  },
  { board, startMonotonicNs: 2n ** 60n, startUnixUs: 1_700_000_000_123_456, timing: 'round-trip' },
);

export const preamble: Uint8Array = encodePreamble(header);

/** A frame that says its number in every byte pair, so that a slip of any size shows. */
export function numberedFrame(n: number): Uint8Array {
  const frame = new Uint8Array(frameBytes);
  for (let at = 0; at < frameBytes; at++) frame[at] = (n * 31 + at * 7) & 0xff;
  return frame;
}

/** Frames as a board sends them, each another one. */
export function boardFrames(count: number): Buffer[] {
  const model = makeBoardModel({ profile: 'train' });
  const ask = benchlab.commands.sensors.request[0]!;
  return Array.from({ length: count }, (_, n) => Buffer.from(model.reply(ask, n * 2.5e6)!));
}

export const sample = (n: number, events: readonly RecordingEvent[] = []): Sample => ({
  requestNs: n * 1_000_000,
  replyNs: n * 1_000_000 + 400_000 + n,
  frame: numberedFrame(n),
  events,
});

export function blockOf(samples: readonly Sample[], events: readonly RecordingEvent[]): FrameBlock {
  return {
    count: samples.length,
    frames: Buffer.concat(samples.map((each) => each.frame)),
    requestNs: Float64Array.from(samples, (each) => each.requestNs),
    replyNs: Float64Array.from(samples, (each) => each.replyNs),
    events,
  };
}

/** The blocks' bytes; `slices` says after how many samples a block is handed to the encoder. */
export function encode(samples: readonly Sample[], slices: readonly number[] = [64]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const encoder = new CaptureEncoder(frameBytes, (block) => blocks.push(block));
  let run: Sample[] = [];
  let slice = 0;
  for (const each of samples) {
    run.push(each);
    if (each.events.length === 0 && run.length < slices[slice % slices.length]!) continue;
    encoder.push(blockOf(run, each.events));
    run = [];
    slice++;
  }
  encoder.push(blockOf(run, []));
  encoder.flush();
  return blocks;
}

/** Places in a folder that is gone after all tests of a file. */
export function placesOfFile(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function fileOf(...parts: readonly Uint8Array[]): string {
  const path = join(scratch(), 'run.plog');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** Everything a reader hands out, copied. */
export async function collect(
  blocks: AsyncIterable<FrameBlock>,
): Promise<{ samples: Sample[]; events: RecordingEvent[] }> {
  const samples: Sample[] = [];
  const events: RecordingEvent[] = [];
  for await (const block of blocks) {
    for (let row = 0; row < block.count; row++)
      samples.push({
        requestNs: block.requestNs[row]!,
        replyNs: block.replyNs[row]!,
        frame: Uint8Array.from(block.frames.subarray(row * frameBytes, (row + 1) * frameBytes)),
        events: [],
      });
    const last = samples.at(-1);
    if (block.events.length > 0 && last)
      samples[samples.length - 1] = { ...last, events: [...last.events, ...block.events] };
    events.push(...block.events);
  }
  return { samples, events };
}

export async function readAll(path: string): Promise<{
  samples: Sample[];
  events: RecordingEvent[];
  reader: CaptureReader;
}> {
  const reader = await openCapture(path);
  try {
    return { ...(await collect(reader.blocks())), reader };
  } finally {
    await reader.close();
  }
}

/** Each of some is one of all, behind the one before. */
export function expectInOrder(some: readonly string[], all: readonly string[]): void {
  let at = 0;
  for (const each of some) {
    at = all.indexOf(each, at) + 1;
    expect(at).toBeGreaterThan(0);
  }
}
