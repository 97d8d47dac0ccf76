import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openCapture } from '#powerlog/capture/open.js';
import type { CaptureHeader } from '#powerlog/schema/capture-header.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { until } from '../../feeds/waiting.js';
import { compiler, needs } from '../../parts.js';
import { type PowerSensor3, startPowerSensor3, type Told } from '../../peers/powersensor3.js';
import { bin, powerlog, powerlogUntil, words } from '../run.js';

const turnUs = 1024;

/** Recordings of a PowerSensor3 that shares nothing with us, behind a real pseudo-terminal. */

const folder = mkdtempSync(join(tmpdir(), 'powerlog-powersensor3-'));
const capture = join(folder, 'run.plog');
const csv = join(folder, 'run.csv');
let device: PowerSensor3 | undefined;

afterEach(async () => {
  await device?.stop();
  device = undefined;
});

interface Recorded {
  readonly header: CaptureHeader;
  /** By sample: which set it is, and its instant, ns since the recording began. */
  readonly sets: number[];
  readonly ns: number[];
  readonly events: RecordingEvent[];
  readonly summary: {
    readonly clock: { readonly rate_error_ppm: number };
    readonly warnings: { readonly code: string; readonly message: string }[];
    readonly rails: object;
    readonly latency_s: null;
  };
}

const level = (frame: Uint8Array, sensor: number): number =>
  ((frame[2 + 2 * sensor]! & 0x0f) << 6) | (frame[3 + 2 * sensor]! & 0x3f);

async function recorded(): Promise<Recorded> {
  const reader = await openCapture(capture);
  const { header } = reader;
  const [sets, ns, events] = [[] as number[], [] as number[], [] as RecordingEvent[]];
  for await (const block of reader.blocks()) {
    for (let row = 0; row < block.count; row++) {
      const frame = block.frames.subarray(row * 18, (row + 1) * 18);
      sets.push(level(frame, 4) | (level(frame, 5) << 10) | (level(frame, 6) << 20));
      ns.push((block.requestNs[row]! + block.replyNs[row]!) / 2);
    }
    events.push(...block.events);
  }
  await reader.close();
  return {
    header,
    sets,
    ns,
    events,
    summary: JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8')),
  };
}

/** How many sets are missing between those that are there. */
const missing = (sets: readonly number[]): number => sets.at(-1)! - sets[0]! + 1 - sets.length;

/**
 * What was told is what is missing. Where a machine that is busy cost more than the model was told to leave out, whole turns of the counter
 * may be told wrongly: too few where what came late in one piece belongs earlier, too many where even the soonest of a third of a second
 * was late. That something is missing is told all the same.
 */
function expectToldMissing({ sets, events }: Recorded, planned: number, torn = 0): void {
  const told = toldMissing(events) + torn;
  if (missing(sets) <= planned) expect(told).toBe(missing(sets));
  else expect(toldMissing(events)).toBeGreaterThan(0);
}

const toldMissing = (events: readonly RecordingEvent[]): number =>
  events.reduce(
    (sum, event) => sum + (event.type === 'fault' && event.kind === 'overwritten' ? event.samples : 0),
    0,
  );

/** The middle one of what the instants are off by, against those at which the sets were taken in truth, µs. */
function middleErrorUs({ header, sets, ns }: Recorded, { t0Ns, periodNs }: Told): number {
  const originNs = Number(t0Ns - BigInt(header.start.monotonic_ns!));
  // A set is the mean of the spacing in front of its stamp.
  const errors = sets.map((set, n) => Math.abs(ns[n]! - (originNs + (set - 0.5) * periodNs)));
  return errors.sort((a, b) => a - b)[errors.length >> 1]! / 1000;
}

describe('record, of a PowerSensor3', needs(compiler), () => {
  it.each(['tty', 'stream'])('keeps every set, and its configuration, over the %s link', async (link) => {
    device = await startPowerSensor3();
    const { code, err } = powerlogUntil(
      [csv],
      words`record --port ${device.port} --link ${link} --out ${csv} --capture ${capture} --force`,
      { rows: 40_000 },
    );
    expect(code, err).toBe(0);
    const found = await recorded();
    const told = await device.stop();
    device = undefined;
    expect(told).toMatchObject({ resets: 0, unexpected: 0 });
    // A machine that is busy enough may cost some: then that is told.
    expectToldMissing(found, 0);
    expect(found.sets.every((set, n) => n === 0 || set > found.sets[n - 1]!)).toBe(true);
    expect(found.ns.every((ns, n) => n === 0 || ns > found.ns[n - 1]!)).toBe(true);
    expect(found.header).toMatchObject({
      timing: 'device',
      board: { id: 'powersensor3', product: 'PowerSensor3 F411 1.6.1', uid: null },
    });
    expect(Buffer.from(found.header.board.configuration!, 'hex').toString('latin1')).toContain('GPU 8-pin');
    expect(Object.keys(found.summary.rails)).toEqual(['rail_12v_slot', 'gpu_8_pin']);
    expect(found.summary.latency_s).toBeNull();
    // Level 700 of a sensor of 0.12 V/A about 1.65 V, and 744 of one of 0.2 V/V.
    const row = readFileSync(csv, 'utf8').split('\n')[1]!.split(',').slice(4, 7);
    expect(row).toEqual(['12.000', '5.067', '60.804']);
    const again = join(folder, 'again.csv');
    expect(powerlog(words`replay ${capture} --out ${again} --force`).code).toBe(0);
    expect(readFileSync(again).equals(readFileSync(csv))).toBe(true);
  });

  it('tells a clock that is 2 % off, 200 sets that were overwritten, and bytes that were lost', async () => {
    device = await startPowerSensor3(...words`--ppm 20000 --overwrite 1.5:150 --overwrite 2.5:50 --lose 3:7`);
    // Those of more than three seconds, however long they take to come.
    const { code, err } = powerlogUntil(
      [csv],
      words`record --port ${device.port} --out ${csv} --capture ${capture} --force`,
      { rows: 75_000 },
    );
    expect(code, err).toBe(0);
    expect(err).toMatch(/runs (1\.9|2\.[01])\d % fast/);
    const found = await recorded();
    const told = await device.stop();
    device = undefined;
    const torn = found.events.flatMap((event) =>
      event.type === 'fault' && event.kind === 'short-reply' ? [event.bytesDropped] : [],
    );
    expectToldMissing(found, 201, 1);
    expect(Math.abs(found.summary.clock.rate_error_ppm - 20_000)).toBeLessThan(1000);
    const codes = found.summary.warnings.map(({ code }) => code);
    expect(codes).toContain('device-clock');
    // What a busy machine cost beside them may hold any of them.
    if (missing(found.sets) <= 201) {
      expect(torn).toEqual([11]); // what is left of a set of 18
      expect(toldMissing(found.events)).toBeGreaterThanOrEqual(200);
      expect(codes).toEqual(expect.arrayContaining(['overwritten', 'short-reply']));
    }
    expect(middleErrorUs(found, told)).toBeLessThan(turnUs / 2);
  });

  it('keeps its time when it is stopped for half a second, and tells what was overwritten meanwhile', async () => {
    device = await startPowerSensor3('--ppm', '-3000');
    rmSync(capture, { force: true });
    const child = spawn(
      process.execPath,
      [bin, ...words`record --port ${device.port} --out ${csv} --capture ${capture} --force`],
      { stdio: 'ignore' },
    );
    const exited = once(child, 'exit');
    const reaches = (bytes: number) =>
      until(async () => (statSync(capture, { throwIfNoEntry: false })?.size ?? 0) > bytes);
    await reaches(200_000);
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGCONT');
    await reaches(1_500_000);
    child.kill('SIGINT');
    await exited;
    const found = await recorded();
    const told = await device.stop();
    device = undefined;
    // Half a second is more than the kernel keeps, so that some were lost.
    expect(missing(found.sets)).toBeGreaterThan(1000);
    expect(toldMissing(found.events)).toBeGreaterThan(0);
    expectToldMissing(found, 0);
    expect(middleErrorUs(found, told)).toBeLessThan(turnUs / 2);
  });

  it('takes one over that was left talking by a reader that died', async () => {
    device = await startPowerSensor3('--streaming');
    const { code, out, err } = powerlog(words`info --port ${device.port} --json`);
    expect(code, err).toBe(0);
    const { board, readings } = JSON.parse(out);
    expect(board.product).toBe('PowerSensor3 F411 1.6.1');
    expect(readings).toMatchObject({ gpu_8_pin_voltage_v: 12, system_power_w: 117.9 });
    const { resets, unexpected } = await device.stop();
    device = undefined;
    expect({ resets, unexpected }).toEqual({ resets: 0, unexpected: 0 });
  });
});
