import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readClockAnchor } from '#powerlog/clock.js';
import { UserError } from '#powerlog/errors.js';
import { openLink } from '#powerlog/link/open.js';
import { deadlineMs } from '#powerlog/link/wire.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { needs, python } from '../parts.js';
import { type ForeignBoard, startForeignBoard } from '../peers/foreign-board.js';

/** One suite for both links, against a board model that shares nothing with us. */

let board: ForeignBoard | undefined;

afterEach(async () => {
  await board?.stop();
  board = undefined;
});

interface Sampled {
  readonly originNs: bigint;
  readonly frames: string[];
  readonly requestNs: number[];
  readonly replyNs: number[];
  readonly events: RecordingEvent[];
  readonly outcome: string;
}

/** A machine that leaves the board no time to answer is asked again, as its user would. */
async function opened(port: string, kind: 'tty' | 'stream'): ReturnType<typeof openLink> {
  for (;;) {
    try {
      return await openLink(port, kind);
    } catch (error) {
      if (!(error instanceof UserError) || !error.message.includes('nothing answered WELCOME')) throw error;
    }
  }
}

async function sample(
  kind: 'tty' | 'stream',
  port: string,
  enough: { samples?: number; ms?: number; events?: number },
  rateHz?: number,
): Promise<Sampled> {
  const link = await opened(port, kind);
  const originNs = readClockAnchor().monotonicNs;
  const result = { originNs, frames: [], requestNs: [], replyNs: [], events: [] } as {
    -readonly [K in keyof Omit<Sampled, 'outcome'>]: Sampled[K];
  };
  const run = link.sample({
    originNs,
    rateHz,
    endNs: enough.ms === undefined ? undefined : enough.ms * 1e6,
  });
  for (;;) {
    const next = await run.next();
    if (next.done) {
      await link.close();
      return { ...result, outcome: next.value };
    }
    const { count, frames, requestNs, replyNs, events } = next.value;
    for (let row = 0; row < count; row++)
      result.frames.push(Buffer.from(frames.slice(row * 216, (row + 1) * 216)).toString('hex'));
    result.requestNs.push(...requestNs);
    result.replyNs.push(...replyNs);
    result.events.push(...events);
    if (result.frames.length >= (enough.samples ?? Number.POSITIVE_INFINITY)) link.stop();
    if (result.events.length >= (enough.events ?? Number.POSITIVE_INFINITY)) link.stop();
  }
}

/** Some good frames of a board that then goes away. */
async function fewFrames(kind: 'tty' | 'stream'): Promise<readonly Buffer[]> {
  board = await startForeignBoard();
  await sample(kind, board.port, { samples: 3 });
  return (await board.stop()).sent.slice(0, 3);
}

/** A frame that the board sent and the link did not hand out, and the instants between which that was. */
interface Lost {
  readonly frame: number;
  readonly afterNs: number;
  readonly beforeNs: number;
}

/** Holds that rows are frames that were sent, in order, none twice; returns those left out before the last row. */
function lostFrames({ frames, requestNs, replyNs }: Sampled, sent: readonly Buffer[]): Lost[] {
  const all = hexOf(sent);
  const lost: Lost[] = [];
  let place = -1;
  frames.forEach((frame, row) => {
    const next = all.indexOf(frame, place + 1);
    expect(next, 'a row that was never sent, or not in this order').toBeGreaterThan(place);
    const [afterNs, beforeNs] = [replyNs[row - 1] ?? 0, requestNs[row]!];
    for (let skipped = place + 1; skipped < next; skipped++) lost.push({ frame: skipped, afterNs, beforeNs });
    place = next;
  });
  return lost;
}

type Fault = Extract<RecordingEvent, { type: 'fault' }>;
const faultsOf = ({ events }: Sampled): Fault[] => events.filter((event) => event.type === 'fault');

/** A machine that is busy enough lets the deadline of a good reply go by: told as late, with no fault of the board in it. */
const ofBusyHost = (got: Sampled, faults: readonly { readonly ns: number }[] = []): Fault[] =>
  faultsOf(got).filter(({ kind, startNs, endNs }) => {
    const [from, to] = [startNs, endNs].map((ns) => Number(got.originNs) + ns) as [number, number];
    const late = kind === 'late-reply' || kind === 'no-reply';
    return late && to - from >= deadlineMs * 1e6 && !faults.some(({ ns }) => ns >= from && ns <= to);
  });

const isIn = ({ afterNs, beforeNs }: Lost, { startNs, endNs }: Fault): boolean =>
  startNs < beforeNs && endNs > afterNs;

const hexOf = (frames: readonly Buffer[]): string[] => frames.map((frame) => frame.toString('hex'));

describe.each(['tty', 'stream'] as const)('the %s link', needs(python), (kind) => {
  it('hands out every frame once, in order, and asks with the six reading commands only', async () => {
    board = await startForeignBoard();
    const got = await sample(kind, board.port, { samples: 5000 });
    const { sent, received } = await board.stop();
    expect(got.frames.length).toBeGreaterThanOrEqual(5000);
    const lost = lostFrames(got, sent);
    const late = ofBusyHost(got);
    expect(lost.filter((each) => !late.some((event) => isIn(each, event)))).toEqual([]);
    expect(sent.length - got.frames.length - lost.length).toBeLessThanOrEqual(1);
    expect(new Set(received)).toEqual(new Set([0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e]));
    expect(got.outcome).toBe('stopped');
    expect(got.events.filter((event) => !late.some((each) => each === event))).toEqual([]);
  });

  it.each([2, 3, 5])('puts a reply together that comes in %i pieces, cut anywhere', async (pieces) => {
    board = await startForeignBoard('--pieces', String(pieces), '--apart', '0.5', '--seed', String(pieces));
    const got = await sample(kind, board.port, { samples: 500 });
    const { sent } = await board.stop();
    // A machine that is busy enough keeps a reply until it is too late: that is told, and may take its neighbour along.
    expect(lostFrames(got, sent).length).toBeLessThanOrEqual(2 * got.events.length);
    expect(got.events.length).toBeLessThan(got.frames.length / 10);
  });

  it('ends when told to, although the board has fallen silent', async () => {
    const frames = join(mkdtempSync(join(tmpdir(), 'powerlog-contract-')), 'frames.bin');
    writeFileSync(frames, Buffer.concat(await fewFrames(kind)));
    board = await startForeignBoard('--frames', frames, '--after', 'stop');
    const link = await opened(board.port, kind);
    const run = link.sample({ originNs: readClockAnchor().monotonicNs, handOverMs: 10 });
    let next = await run.next();
    while (!next.done) {
      if (next.value.events.some((event) => event.type === 'fault' && event.kind === 'no-reply')) link.stop();
      next = await run.next();
    }
    expect(next.value).toBe('stopped');
    await link.close();
    rmSync(dirname(frames), { recursive: true });
  });

  it('hands on at once when asked to', async () => {
    board = await startForeignBoard('--latency', '1');
    const link = await opened(board.port, kind);
    const run = link.sample({ originNs: readClockAnchor().monotonicNs, handOverMs: 3_600_000 });
    const asking = setInterval(() => link.handOver(), 10);
    for (let blocks = 0; blocks < 3; blocks++) expect((await run.next()).done).toBe(false);
    clearInterval(asking);
    link.stop();
    let next = await run.next();
    while (!next.done) next = await run.next();
    await link.close();
  });

  it('puts each request before its reply, and each reply before the next request', async () => {
    board = await startForeignBoard('--latency', '1');
    const { requestNs, replyNs } = await sample(kind, board.port, { ms: 500 });
    for (let row = 0; row < requestNs.length; row++) {
      expect(replyNs[row]! - requestNs[row]!).toBeGreaterThanOrEqual(1e6);
      if (row > 0) expect(requestNs[row]).toBeGreaterThanOrEqual(replyNs[row - 1]!);
    }
    // None at all where the board was not scheduled meanwhile.
    expect(Math.max(...requestNs)).toBeLessThan(500e6);
  });

  it('keeps an even grid', async () => {
    board = await startForeignBoard();
    const { requestNs, outcome } = await sample(kind, board.port, { ms: 1000 }, 50);
    expect(outcome).toBe('duration');
    const slots = requestNs.map((ns) => Math.floor(ns / 20e6));
    expect(new Set(slots).size).toBe(slots.length);
    expect(Math.max(...slots)).toBeLessThan(50);
  });

  it('drops what an earlier reader left in the input', async () => {
    board = await startForeignBoard('--latency', '5');
    const asked = 50;
    const earlier = openSync(board.port, constants.O_RDWR | constants.O_NOCTTY);
    writeSync(earlier, Uint8Array.of(...Array(asked).fill(0x01), 0x0d));
    // Opening a port empties it both ways, so the board must have taken the requests by then: it answers. Most of its
    // answers come while powerlog is already asking who is there.
    readSync(earlier, Buffer.alloc(1));
    closeSync(earlier);
    const got = await sample(kind, board.port, { samples: 50 });
    const { sent } = await board.stop();
    const late = ofBusyHost(got);
    const lost = lostFrames(got, sent.slice(asked));
    expect(lost.filter((each) => !late.some((event) => isIn(each, event)))).toEqual([]);
  });

  const explained: Readonly<Record<string, readonly string[]>> = {
    drop: ['short-reply'],
    repeat: ['stray-bytes'],
    stray: ['stray-bytes'],
    double: ['stray-bytes'],
    // Half a reply can be as long as another question's answer.
    short: ['short-reply', 'wrong-answer'],
    late: ['late-reply', 'short-reply', 'no-reply'],
    silent: ['no-reply'],
    wrong: ['wrong-answer', 'short-reply', 'stray-bytes', 'no-reply'],
  };

  it.each(Object.entries(explained))(
    'after %s: no wrong row, none twice, each fault explained',
    async (fault, kinds) => {
      board = await startForeignBoard('--fault', `${fault}:0.02`, '--latency', '0.2', '--seed', '7');
      const got = await sample(kind, board.port, { samples: 180 });
      const { sent, faults } = await board.stop();
      const lost = lostFrames(got, sent);
      const late = ofBusyHost(got, faults);
      const spoiled = new Set(faults.map((each) => each.frame));
      expect(faults.length).toBeGreaterThan(2);
      // A fault may take its neighbour with it; whatever is lost has a fault beside it.
      const unexplained = lost.filter(
        (each) =>
          ![-1, 0, 1].some((step) => spoiled.has(each.frame + step)) &&
          !late.some((event) => isIn(each, event)),
      );
      expect(unexplained).toEqual([]);
      const events = faultsOf(got).filter((event) => !late.includes(event));
      expect(events.length + late.length).toBeGreaterThanOrEqual(Math.min(lost.length, 1));
      expect(events.filter((event) => !kinds.includes(event.kind))).toEqual([]);
      expect(Math.abs(events.length - faults.length)).toBeLessThanOrEqual(1 + late.length);
    },
  );

  it('keeps frames that contradict themselves, and says how many', async () => {
    board = await startForeignBoard('--fault', 'garble:0.01', '--latency', '0.2', '--seed', '3');
    const got = await sample(kind, board.port, { events: 5 });
    const { sent, faults } = await board.stop();
    const late = ofBusyHost(got);
    const events = faultsOf(got).filter((event) => !late.includes(event));
    expect(got.frames.length).toBeGreaterThanOrEqual(sent.length - 1 - 2 * late.length);
    expect(events.every((event) => event.kind === 'implausible-frame')).toBe(true);
    const counted = events.reduce((sum, event) => sum + ('samples' in event ? event.samples : 0), 0);
    expect(Math.abs(counted - faults.length)).toBeLessThanOrEqual(1 + late.length);
  });

  it('notices that the board is gone', async () => {
    board = await startForeignBoard('--latency', '1');
    const link = await opened(board.port, kind);
    const run = link.sample({ originNs: readClockAnchor().monotonicNs });
    await run.next();
    await board.stop();
    let next = await run.next();
    while (!next.done) next = await run.next();
    expect(next.value).toBe('lost');
    await link.close();
  });

  it('says which board it does not know', async () => {
    board = await startForeignBoard('--product', '0x77');
    await expect(openLink(board.port, kind)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /unknown board: it says "BENCHLAB\\u0000", vendor 0xee, product 0x77, firmware 4; powerlog knows BENCHLAB \(0x10\) and BENCHLAB 2 \(0x11\)/,
      ),
    });
  });
});
