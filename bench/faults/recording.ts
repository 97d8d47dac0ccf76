import { once } from 'node:events';
import { createReadStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCapture } from '#powerlog/capture/open.js';
import type { Summary } from '#powerlog/measure/summary.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { powerlog } from '../workshop.js';
import { appears, type BoardRecord, end, start } from './boards.js';
import { frameBytes, numberOf, rowText } from './frames.js';

type Fault = Extract<RecordingEvent, { type: 'fault' }>;

/** What `powerlog record` left behind. */
export interface Recording {
  readonly csv: string;
  readonly capture: string;
  readonly code: number | null;
}

/** Starts `record` with a CSV and a capture in a folder. */
export function startRecording(folder: string, port: string, ...more: readonly string[]) {
  const [csv, capture] = [join(folder, 'run.csv'), join(folder, 'run.plog')];
  rmSync(capture, { force: true });
  const child = start(
    process.execPath,
    [powerlog, 'record', '--port', port, '--out', csv, '--capture', capture, '--force', '--quiet', ...more],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  /** False where it ended before it opened its outputs. */
  const began = Promise.race([
    appears(capture).then(() => true),
    once(child, 'exit').then(() => existsSync(capture)),
  ]);
  return { child, csv, capture, began, complaint: () => complaint.trim() };
}

/** Records until so many samples are in the capture (or the board has been lost so often), then ends it. */
export async function recordUntil(
  folder: string,
  port: string,
  enough: (bytes: number) => boolean,
  ...more: readonly string[]
): Promise<Recording> {
  let recording = startRecording(folder, port, ...more);
  // A board that is away at this very moment is no board; a person would try again.
  for (let attempt = 0; attempt < 5 && !(await recording.began); attempt++)
    recording = startRecording(folder, port, ...more);
  const { child, csv, capture, complaint } = recording;
  while (!enough(statSync(capture).size)) {
    if (child.exitCode !== null) throw new Error(`record ended early with ${child.exitCode}: ${complaint()}`);
    await sleep(200);
  }
  const code = await end(child);
  if (code !== 0) throw new Error(`record ended with ${code}: ${complaint()}`);
  return { csv, capture, code };
}

/** So many bytes of a capture hold at least `samples`: the rest are events and the blocks' heads. */
export const captureBytes = (samples: number): number => samples * (frameBytes + 8) * 1.03;

/** What powerlog itself says about a recording. */
export interface Said {
  readonly summary: Summary | undefined;
  readonly faults: readonly Fault[];
  /** The instant 0 on CLOCK_MONOTONIC, ns. */
  readonly originNs: number;
}

export async function readSaid({ csv, capture }: Recording): Promise<Said> {
  const reader = await openCapture(capture);
  const faults: Fault[] = [];
  for await (const { events } of reader.blocks())
    for (const event of events) if (event.type === 'fault') faults.push(event);
  await reader.close();
  const path = csv.replace(/\.csv$/, '.summary.json');
  const summary = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Summary) : undefined;
  return { summary, faults, originNs: Number(reader.header.start.monotonic_ns) };
}

/** A CSV's rows held against the frames that the board sent. */
export interface Rows {
  readonly count: number;
  /** Whole µs. */
  readonly timeUs: Float64Array;
  /** By row, which of all the frames sent it is; -1 where it is none of them. */
  readonly frame: Int32Array;
}

/** Reads a CSV to its end. @throws Error where a row is torn. */
export async function readRows(csv: string, sent: BoardRecord): Promise<Rows> {
  const count = sent.frames.length / frameBytes;
  let timeUs = new Float64Array(1 << 16);
  let frame = new Int32Array(1 << 16);
  const known: (string | undefined)[] = [];
  const textOf = (n: number): string => {
    const index = sent.over ? n % count : n;
    if (!sent.over) return rowText(sent.frames, index * frameBytes);
    known[index] ??= rowText(sent.frames, index * frameBytes);
    return known[index]!;
  };
  let rows = -1;
  let last = -1;
  for await (const line of createInterface({ input: createReadStream(csv, { highWaterMark: 1 << 20 }) })) {
    if (rows++ < 0) continue;
    const row = rows - 1;
    if (row === timeUs.length) {
      timeUs = grown(timeUs, Float64Array);
      frame = grown(frame, Int32Array);
    }
    const comma = line.indexOf(',');
    timeUs[row] = Math.round(Number(line.slice(0, comma)) * 1e6);
    const text = line.slice(line.indexOf(',', comma + 1) + 1);
    let found = last + 1;
    if ((!sent.over && found >= count) || text !== textOf(found)) {
      const number = numberOf(text);
      const is = Number.isInteger(number) && number >= 0 && number < count && text === textOf(number);
      if (!is) found = -1;
      else if (!sent.over) found = number;
      // The first frame behind the last one that bears this number; the same again is a whole round later.
      else found = last < 0 ? number : last + ((((number - last - 1) % count) + count) % count) + 1;
    }
    frame[row] = found;
    if (found >= 0) last = found;
  }
  return { count: Math.max(rows, 0), timeUs, frame };
}

function grown<T extends Float64Array | Int32Array>(array: T, make: new (length: number) => T): T {
  const larger = new make(array.length * 2);
  larger.set(array);
  return larger;
}
