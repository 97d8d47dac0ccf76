import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { FaultWatch } from '#powerlog/source/fault-watch.js';

const board = boardFor('benchlab2')!;
const { frameBytes } = board;

/** A real frame with these bits in its status. */
function reading(status: bigint): Buffer {
  const frame = Buffer.from(makeBoardModel({ board }).reply(0x01, 1e12)!);
  frame.writeBigUInt64LE(status, 368);
  return frame;
}

/** The bits that rise in these frames, each with its frame's number. */
function risen(...frames: readonly Uint8Array[]): (readonly [frame: number, bit: number])[] {
  const instantsNs = Float64Array.from(frames, (_, n) => n);
  const block = {
    ...{ count: frames.length, frames: Buffer.concat(frames), events: [] },
    ...{ requestNs: instantsNs, replyNs: instantsNs },
  };
  return [...new FaultWatch(board).split(block)].flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'board-fault' ? [[event.atNs, event.bit] as const] : [])),
  );
}

describe('a fault bit', () => {
  it('is told once, when it rises', () => {
    expect(risen(reading(0n), reading(4n), reading(4n), reading(0n), reading(4n))).toEqual([
      [1, 2],
      [4, 2],
    ]);
  });

  it.each([
    ['a line that floats', 0xff],
    ['a board without supply', 0],
  ])('neither rises nor falls by %s, whose frame can be no reading', (_, byte) => {
    const none = Buffer.alloc(frameBytes, byte);
    expect(risen(none, reading(0n), none, reading(4n), none, none, reading(4n), none)).toEqual([[3, 2]]);
  });
});
