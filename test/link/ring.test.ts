import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleRing } from '#powerlog/link/ring.js';

const frameBytes = 8;

const frameOf = (number: number): Uint8Array => {
  const frame = new Uint8Array(frameBytes);
  new DataView(frame.buffer).setFloat64(0, number);
  return frame;
};

/** A ring through which so many samples have gone: its counters are words of shared memory, the head and the tail first. */
function ringAfter(samples: number): SampleRing {
  const buffer = SampleRing.allocate(16, frameBytes);
  new Int32Array(buffer).fill(samples | 0, 0, 2);
  return new SampleRing(buffer, frameBytes);
}

/** At 20 kHz the counters turn negative after 30 hours, and pass 0 again after 60. */
describe.each([0, 2 ** 31 - 20, 2 ** 32 - 20])('a ring after %i samples', (before) => {
  it('hands out what was pushed, in order, whole and once; refuses what it cannot hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 7 })), { maxLength: 60 }),
        (turns) => {
          const ring = ringAfter(before);
          let pushed = 0;
          let taken = 0;
          for (const [pushes, takes, limit] of turns) {
            for (let n = 0; n < pushes; n++) {
              const kept = ring.stage(frameOf(pushed), pushed * 10, pushed * 10 + 1);
              ring.publish();
              expect(kept).toBe(pushed - taken < 16);
              if (!kept) continue;
              expect(ring.endsWith(frameOf(pushed))).toBe(true);
              pushed++;
            }
            for (let n = 0; n < takes; n++) {
              const block = ring.peek(limit, ring.head);
              if (!block) {
                expect(taken).toBe(pushed);
                break;
              }
              for (let row = 0; row < block.count; row++, taken++) {
                expect([...block.frames.slice(row * frameBytes, (row + 1) * frameBytes)]).toEqual([
                  ...frameOf(taken),
                ]);
                expect([block.requestNs[row], block.replyNs[row]]).toEqual([taken * 10, taken * 10 + 1]);
              }
              ring.release(block.count);
            }
          }
        },
      ),
    );
  });
});
