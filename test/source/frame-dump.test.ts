import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { openRecorded } from '#powerlog/source/recorded.js';
import { collect, fileOf, numberedFrame, readAll } from '../capture/samples.js';

const benchlab = boardFor('benchlab')!;

const frames = (count: number) => Buffer.concat(Array.from({ length: count }, (_, n) => numberedFrame(n)));

async function replay(bytes: Uint8Array, rateHz: number) {
  const source = await openRecorded(fileOf(bytes), { board: benchlab, firmware: null, rateHz });
  const recording = source.start();
  const got = await collect(recording.blocks());
  await source.close();
  return { ...got, header: recording.header, warnings: recording.warnings?.() ?? [] };
}

describe('a bare dump of frames', () => {
  it('has its n-th frame at n / rate, and no wall clock', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1300 }),
        fc.double({ min: 0.5, max: 5000, noNaN: true }),
        async (count, rateHz) => {
          const { samples, events, header } = await replay(frames(count), rateHz);
          expect(header).toMatchObject({
            startMonotonicNs: null,
            startUnixUs: null,
            instantsMeasured: false,
            board: { id: 'benchlab', uid: null, name: null, firmware: null },
          });
          expect(samples).toHaveLength(count);
          for (const [n, { requestNs, replyNs, frame }] of samples.entries()) {
            expect(replyNs).toBe(requestNs);
            expect(requestNs % 1000).toBe(0);
            expect(Math.abs(requestNs / 1e9 - n / rateHz)).toBeLessThanOrEqual(0.5001e-6);
            expect(Buffer.compare(frame, numberedFrame(n))).toBe(0);
          }
          expect(events).toMatchObject([{ type: 'end', reason: 'source-ended' }]);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('reports a trailing partial frame and makes no sample of it', async () => {
    for (const extra of [1, 107, 215]) {
      const { samples, warnings } = await replay(Buffer.concat([frames(3), Buffer.alloc(extra, 1)]), 100);
      expect(samples).toHaveLength(3);
      expect(warnings.filter(({ code }) => code === 'partial-frame')).toEqual([
        {
          code: 'partial-frame',
          message: expect.stringMatching(`${extra} of 216 bytes from byte 648 on are not used`),
        },
      ]);
    }
  });

  it('keeps frames that contradict themselves, counts them, and says where they begin', async () => {
    const { samples: golden } = await readAll('fixtures/synthetic.plog');
    const good = Buffer.concat(golden.map((each) => each.frame));
    expect((await replay(good, 100)).warnings).toEqual([]);
    const bad = Buffer.from(good);
    bad.writeInt32LE(1_000_000, 216 * 10 + 48 + 8); // 1 kW on EPS1, at 12 V and a few mA
    const { samples, warnings } = await replay(bad, 100);
    expect(samples).toHaveLength(96);
    expect(warnings).toEqual([
      { code: 'implausible-frames', message: expect.stringContaining('1 of 96 frames') },
    ]);
    expect(warnings[0]!.message).toContain('the first at byte 2160:');
  });

  it('may be compressed', async () => {
    expect((await replay(gzipSync(frames(5)), 10)).samples).toHaveLength(5);
  });

  it('of less than a frame is refused', async () => {
    await expect(replay(Buffer.alloc(215), 10)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/holds 215 bytes, less than one BENCHLAB frame of 216/),
    });
  });
});
