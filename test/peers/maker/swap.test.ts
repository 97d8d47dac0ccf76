import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '#powerlog/errors.js';
import { RecordingClock } from '#powerlog/source/clock-watch.js';
import { openBoard } from '#powerlog/source/open-board.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { scratch } from '../../capture/samples.js';
import { makersLibrary, needs } from '../../parts.js';
import { type MakerBoard, startMakerBoard } from './board.js';
import { faultsIn, framesOf, skips, startRecording } from './recorder.js';

const swaps = 100;
/** Done side by side, since each waits most of the time. */
const sideBySide = 5;
const swapsEach = swaps / sideBySide;
const [mine, theirs] = ['AAAAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBBBB'];
const minutes = 60_000;

type How = 'replug' | 'quiet';
type Leave = 'closed' | 'uid';
type LinkKind = 'tty' | 'stream';

const boards: MakerBoard[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.stop()));
});

/** Two boards that take each other's place at one link. */
async function startSwapping(link: string, ...options: readonly string[]): Promise<MakerBoard> {
  const board = await startMakerBoard(...options, '--link', link, ...['--latency', '3', '--frames', '40']);
  boards.push(board);
  return board;
}

/** With both kinds of link, and each kind with both ways to leave. */
const everyTime = (once: (kind: LinkKind, leave: Leave) => Promise<void>): Promise<unknown> =>
  Promise.all(
    Array.from({ length: sideBySide }, (_, n) =>
      once(n % 2 ? 'tty' : 'stream', n % 4 < 2 ? 'closed' : 'uid'),
    ),
  );

/** A machine that leaves the board no time to answer is asked again, as its user would. */
async function opened(...[link, options]: Parameters<typeof openBoard>): ReturnType<typeof openBoard> {
  for (;;) {
    try {
      return await openBoard(link, options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}

/** Records without a program around it; `onFrames` is told how many frames there are by now. */
async function record(link: string, kind: LinkKind, onFrames: (count: number, stop: () => void) => void) {
  const notices: string[] = [];
  const source = await opened(link, {
    link: kind,
    reconnectMs: minutes,
    onNotice: (text) => notices.push(text),
  });
  const { frameBytes } = source.board;
  const frames: string[] = [];
  const events: RecordingEvent[] = [];
  const recording = source.start(new RecordingClock(), {});
  for await (const block of recording.blocks()) {
    const bytes = Buffer.from(block.frames);
    for (let row = 0; row < block.count; row++)
      frames.push(bytes.toString('hex', row * frameBytes, (row + 1) * frameBytes));
    events.push(...block.events);
    onFrames(frames.length, () => recording.stop());
  }
  await source.close();
  return { notices, frames, events };
}

/** Records `first` while `second` takes its place behind the same port, again and again, and gives it back. */
async function recordsOnly(
  first: string,
  second: string,
  how: How,
  kind: LinkKind,
  leave: Leave,
): Promise<void> {
  const link = join(scratch(), 'port');
  const swapping = ['--swap', how, '--leave', leave, '--swaps', String(swapsEach)];
  const board = await startSwapping(link, first, second, ...swapping);
  let left = 2 * swapsEach;
  let enough = Number.POSITIVE_INFINITY;
  const counting = (async () => {
    for (; left > 0; left--) await board.nextPort();
  })();
  const recorded = await record(link, kind, (count, stop) => {
    if (left === 0 && enough === Number.POSITIVE_INFINITY) enough = count + 50;
    if (count > enough) stop();
  });
  await counting;
  const { played, forbidden } = await board.stop();
  const own = new Set(played[0]!.frames);
  expect(forbidden).toEqual([]);
  expect(recorded.frames.filter((frame) => !own.has(frame))).toEqual([]);
  expect(recorded.events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
  const lost = recorded.events.filter((event) => event.type === 'fault' && event.kind === 'board-lost');
  expect(lost.length).toBeGreaterThanOrEqual(swapsEach);
}

const original = `benchlab:6:${mine}`;
const second = `benchlab2:7:${mine}`;
const otherOriginal = `benchlab:6:${theirs}`;
const otherSecond = `benchlab2:7:${theirs}`;

describe('another board behind the same port', needs(makersLibrary), () => {
  it.each([
    ['BENCHLAB 2 for BENCHLAB', 'replug', original, otherSecond],
    ['BENCHLAB for BENCHLAB 2', 'replug', second, otherOriginal],
    ['BENCHLAB 2 for BENCHLAB without a hang-up, as behind an extender', 'quiet', original, otherSecond],
    ['BENCHLAB for BENCHLAB 2 without a hang-up, as behind an extender', 'quiet', second, otherOriginal],
  ] as const)(
    `%s, ${swaps} times: nothing forbidden is sent to it, and no frame is its own`,
    async (_, how, first, other) => {
      await everyTime((kind, leave) => recordsOnly(first, other, how, kind, leave));
    },
  );

  it.each([
    ['BENCHLAB 2 for BENCHLAB', original, otherSecond],
    ['BENCHLAB for BENCHLAB 2', second, otherOriginal],
  ])('%s: the CSV has the rows of the first alone, and gaps', async (_, first, other) => {
    const folder = scratch();
    const link = join(folder, 'port');
    const board = await startSwapping(link, first, other, '--swap', 'replug', '--swaps', '3');
    const recording = startRecording(folder, link);
    for (let n = 0; n < 6; n++) await board.nextPort();
    await recording.hasRows(100);
    const recorded = await recording.stop();
    const { played } = await board.stop();
    expect(recorded.code, recorded.err).toBe(0);
    expect(recorded.err).toContain(`is another board (maker's, UID ${theirs})`);
    expect(framesOf(recorded, played[0]!.rows)).not.toContain(-1);
    const causes = recorded.summary.gaps.map(({ cause }: { cause: string }) => cause);
    // One that is not scheduled for long is taken for gone, too.
    expect(causes.filter((cause: string) => cause === 'board-lost').length).toBeGreaterThanOrEqual(3);
  });
});

/** Records a board until it comes back as another, again and again: each recording holds the first one's frames alone. */
async function endsClearly(first: string, second: string, kind: LinkKind): Promise<void> {
  const link = join(scratch(), 'port');
  const board = await startSwapping(link, first, second, '--swap', 'replug', '--swaps', String(swapsEach));
  const recordings: Awaited<ReturnType<typeof record>>[] = [];
  for (let n = 0; n < swapsEach; n++) {
    const recorded = await record(link, kind, () => {});
    const { events, notices } = recorded;
    for (const _ of ['second', 'first']) await board.nextPort();
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'board-lost' });
    expect(notices.at(-1)).toMatch(/is back as BENCHLAB.* with firmware \d; it was .* this one ends/);
    recordings.push(recorded);
  }
  const { played, forbidden } = await board.stop();
  expect(forbidden).toEqual([]);
  const own = played[0]!.frames;
  for (const { frames, events } of recordings) {
    const numbers = frames.map((frame) => own.indexOf(frame));
    expect(numbers).not.toContain(-1);
    expect(skips([own.length - 1, ...numbers], own.length)).toBeLessThanOrEqual(faultsIn(events).all);
  }
}

describe('a board that comes back with another firmware', needs(makersLibrary), () => {
  it.each([
    ['benchlab:4', 'benchlab:6'],
    ['benchlab:6', 'benchlab:4'],
  ])(`%s as %s, ${swaps} times: its recording ends, and says why`, async (first, second) => {
    await everyTime((kind) => endsClearly(first, second, kind));
  });

  it.each([
    ['benchlab:2', 'benchlab:3'],
    ['benchlab2:4', 'benchlab2:5'],
    ['benchlab2:7', 'benchlab2:3'],
    ['benchlab:6', 'benchlab2:7'],
    ['benchlab2:7', 'benchlab:6'],
  ])('%s as %s: the code is 4, and what was recorded is whole', async (first, second) => {
    const folder = scratch();
    const link = join(folder, 'port');
    const board = await startSwapping(
      link,
      first,
      second,
      '--swap',
      'replug',
      '--swaps',
      '1',
      '--stay',
      '40',
    );
    const recorded = await startRecording(folder, link).ended();
    const { played, forbidden } = await board.stop();
    expect(recorded.code, recorded.err).toBe(4);
    expect(recorded.err).toMatch(/is back as BENCHLAB.* with firmware \d/);
    expect(recorded.summary.board.firmware).toBe(Number(first.split(':')[1]));
    const numbers = framesOf(recorded, played[0]!.rows);
    expect(numbers).not.toContain(-1);
    expect(numbers.length).toBeGreaterThan(0);
    expect(forbidden).toEqual([]);
  });
});
