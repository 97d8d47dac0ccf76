import { describe, it } from 'vitest';
import type { Board } from '#powerlog/board/board.js';
import { boardFor, boards } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { readClockAnchor } from '#powerlog/clock.js';
import { openLink } from '#powerlog/link/open.js';
import { parseFaults, wireFaultNames } from '#powerlog/simulator/faults.js';
import { makeProfileFeed } from '#powerlog/simulator/feed.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import { hasPseudoTerminals } from '../simulator/pty-client.js';

const frameCount = 20_000;
/** `slow`, which takes a second each time, is left to the link's own suite. */
const kinds = wireFaultNames.filter((name) => name !== 'slow');
const plan = parseFaults(kinds.map((name) => (name === 'late' ? 'late:0.02:210ms' : `${name}:0.02`)).join());

/** Where a number can stand that no check looks at: of 16 bits, no rail's and not the board's own supply. */
function numberOffset({ fields, rails, wires, ownSupply }: Board): number {
  const checked = new Set([...rails, ...wires].flatMap(({ voltage }) => voltage));
  return fields.find(({ type }, n) => type === 'int16' && n !== ownSupply && !checked.has(n))!.offset;
}

/** Frames that agree with themselves and carry their number. */
function numberedFrames(board: Board): Buffer {
  const feed = makeProfileFeed(board, { profile: 'train', seed: 1 });
  const frames = Buffer.alloc(frameCount * board.frameBytes);
  for (let n = 0; n < frameCount; n++) {
    frames.set(feed.next(1e12 + n * 1e6)!, n * board.frameBytes);
    frames.writeInt16LE(n, n * board.frameBytes + numberOffset(board));
  }
  return frames;
}

/** The portable link makes no difference between firmwares: a product's newest will do. */
const cases = boards.flatMap((board) =>
  (board === boardFor(board.id) ? (['tty', 'stream'] as const) : (['tty'] as const)).map(
    (kind) => [`${board.product} ${board.firmware}, the ${kind} link`, board, kind] as const,
  ),
);

describe.runIf(hasPseudoTerminals)('every fault of the wire, on every board', () => {
  it.concurrent.for(cases)(
    '%s: no wrong row, none twice, no byte that is not of its table',
    async ([, board, kind], { expect, onTestFinished }) => {
      const { frameBytes } = board;
      const frames = numberedFrames(board);
      const simulator = await startSimulator({ board, frames, repeat: false, faults: plan, latencyMs: 0.2 });
      onTestFinished(() => simulator.stop());
      const link = await openLink(simulator.path, kind);
      onTestFinished(() => link.close());
      expect(link.board).toEqual(board);
      const isPlausible = makeFrameCheck(board);
      const run = link.sample({ originNs: readClockAnchor().monotonicNs });
      let last = -1;
      let rows = 0;
      let events = 0;
      for (;;) {
        const next = await run.next();
        if (next.done) break;
        const { count, frames: got, events: told } = next.value;
        events += told.length;
        for (let row = 0; row < count; row++) {
          const frame = Buffer.from(got.subarray(row * frameBytes, (row + 1) * frameBytes));
          rows++;
          // A garbled one is kept, since the board said so, and told.
          if (!isPlausible(new DataView(frame.buffer, frame.byteOffset, frameBytes), 0)) continue;
          const number = frame.readInt16LE(numberOffset(board));
          expect(number).toBeGreaterThan(last);
          expect(frame.equals(frames.subarray(number * frameBytes, (number + 1) * frameBytes))).toBe(true);
          last = number;
        }
        // Every kind has been there, and rows between them.
        const { faults } = simulator.stats();
        if (rows >= 100 && kinds.every((name) => faults[name] > 0)) link.stop();
      }
      expect(events).toBeGreaterThan(0);
      expect(simulator.stats().unexpected).toEqual({ count: 0, first: [] });
    },
  );
});

const newest = boards.filter((board) => board === boardFor(board.id));

describe.runIf(hasPseudoTerminals)('what a link promises, on every product', () => {
  it.concurrent.for(
    newest.flatMap((board) =>
      (['tty', 'stream'] as const).map(
        (kind) => [`${board.product}, the ${kind} link`, board, kind] as const,
      ),
    ),
  )(
    '%s: every frame once and in order, between its question and its answer; an end when it is asked for, or the board goes',
    async ([, board, kind], { expect, onTestFinished }) => {
      const { frameBytes } = board;
      const frames = numberedFrames(board);
      const simulator = await startSimulator({ board, frames, repeat: false });
      onTestFinished(() => simulator.stop());
      const sampled = async (ended: 'stopped' | 'duration' | 'lost') => {
        const link = await openLink(simulator.path, kind);
        const endNs = ended === 'duration' ? 100e6 : undefined;
        const run = link.sample({ originNs: readClockAnchor().monotonicNs, endNs, rateHz: 500 });
        const numbers: number[] = [];
        let lastNs = 0;
        for (;;) {
          const next = await run.next();
          if (next.done) {
            await link.close();
            expect(next.value).toBe(ended);
            return numbers;
          }
          const { count, frames: got, requestNs, replyNs } = next.value;
          for (let row = 0; row < count; row++) {
            const frame = Buffer.from(got.subarray(row * frameBytes, (row + 1) * frameBytes));
            numbers.push(frame.readInt16LE(numberOffset(board)));
            expect(requestNs[row]!).toBeGreaterThanOrEqual(lastNs);
            expect(replyNs[row]!).toBeGreaterThan(requestNs[row]!);
            lastNs = replyNs[row]!;
          }
          if (numbers.length >= 20 && ended === 'stopped') link.stop();
          if (numbers.length >= 20 && ended === 'lost') void simulator.stop();
        }
      };
      let last = -1;
      for (const ended of ['stopped', 'duration', 'lost'] as const)
        for (const number of await sampled(ended)) {
          expect(number).toBeGreaterThan(last);
          last = number;
        }
      expect(simulator.stats().unexpected).toEqual({ count: 0, first: [] });
    },
  );
});
