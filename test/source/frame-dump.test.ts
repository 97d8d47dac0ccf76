import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { openRecorded } from '#powerlog/source/recorded.js';
import { boardFrames, collect, fileOf, readAll } from '../capture/samples.js';

const benchlab = boardFor('benchlab')!;

const sent = boardFrames(1300);
const frames = (count: number) => Buffer.concat(sent.slice(0, count));

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
            timing: 'nominal',
            board: { id: 'benchlab', uid: null, name: null, firmware: null },
          });
          expect(samples).toHaveLength(count);
          for (const [n, { requestNs, replyNs, frame }] of samples.entries()) {
            expect(replyNs).toBe(requestNs);
            expect(requestNs % 1000).toBe(0);
            expect(Math.abs(requestNs / 1e9 - n / rateHz)).toBeLessThanOrEqual(0.5001e-6);
            expect(Buffer.compare(frame, sent[n]!)).toBe(0);
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

  /** Numbers of the sent frames that come out of these bytes, each at its own time; fails where one is none of them. */
  async function survivors(bytes: Uint8Array, ownTime = true) {
    const { samples, warnings, events } = await replay(bytes, 400);
    const places = samples.map(({ frame }) => sent.findIndex((each) => each.equals(frame)));
    expect(places).not.toContain(-1);
    if (ownTime) expect(samples.map(({ requestNs }) => Math.round(requestNs / 2.5e6))).toEqual(places);
    return { places, warnings, events };
  }
  const but = (count: number, ...lost: number[]) =>
    Array.from({ length: count }, (_, n) => n).filter((n) => !lost.includes(n));

  it('costs the frame in which a byte was lost or put in, wherever that is', async () => {
    const bytes = frames(12);
    for (let offset = 1; offset < 216; offset++) {
      const at = 5 * 216 + offset;
      const lost = await survivors(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
      // Where a NUL is lost from the NULs at the end of one and the beginning of the next, nobody can tell of which.
      const undecided = sent[5]!.subarray(offset).every((byte) => byte === 0) && sent[6]![0] === 0;
      expect([but(12, 5), ...(undecided ? [but(12, 5, 6)] : [])]).toContainEqual(lost.places);
      expect(lost.warnings.map(({ code }) => code)).toEqual(['unreadable']);
      const added = await survivors(
        Buffer.concat([bytes.subarray(0, at), Buffer.from([0x41 ^ bytes[at]!]), bytes.subarray(at)]),
      );
      expect(added.places).toEqual(but(12, 5));
    }
  });

  it.each([
    ['what greeted it', 'BENCHLAB\0'],
    ['a line of text', '# bench 3, run 17, by hand\r\n'],
    ['a page of text', 'the quick brown fox jumps over the lazy dog\n'.repeat(20)],
  ])('costs nothing but itself: %s, in front or between two frames', async (_, text) => {
    for (const place of [0, 1, 6, 11]) {
      const bytes = Buffer.concat([frames(place), Buffer.from(text), ...sent.slice(place, 12)]);
      const { places, warnings } = await survivors(bytes);
      expect(places).toEqual(but(12));
      expect(warnings).toEqual([
        {
          code: 'unreadable',
          message: expect.stringMatching(
            `: ${text.length} bytes in 1 place are no whole BENCHLAB frames and are left out, the first at byte ${place * 216}: 0 frames lost`,
          ),
        },
      ]);
    }
  });

  const between: readonly (readonly [string, (n: number) => Buffer])[] = [
    ['a line feed', () => Buffer.from('\n')],
    ['a carriage return and a line feed', () => Buffer.from('\r\n')],
    ['a number of 4 bytes', (n) => Buffer.from(Uint32Array.of(n).buffer)],
    ['a time of 8 bytes', (n) => Buffer.from(Float64Array.of(1.7e9 + n / 400).buffer)],
  ];
  it.each(between)('costs nothing where it stands before or behind every frame: %s', async (_, of) => {
    const bytes = of(0).length;
    for (const isBehind of [true, false]) {
      const parts = sent.slice(0, 60).flatMap((frame, n) => (isBehind ? [frame, of(n)] : [of(n), frame]));
      const { places, warnings } = await survivors(Buffer.concat(parts));
      expect(places).toEqual(but(60));
      const told = warnings.find(({ code }) => code === 'unreadable')!.message;
      const count = isBehind ? 59 : 60;
      expect(told).toContain(`: ${count * bytes} bytes in ${count} places are no whole BENCHLAB frames`);
      expect(told).toContain(': 0 frames lost');
    }
  });

  it('costs every second frame where each of them lost a byte or more, wherever that is', async () => {
    // Up to where a frame ends in NULs: of which of them one is lost nobody can tell.
    for (const lost of [1, 3])
      for (let offset = 7; offset < 180; offset += 7) {
        const parts = sent
          .slice(0, 41)
          .flatMap((frame, n) =>
            n % 2 === 1 ? [frame.subarray(0, offset), frame.subarray(offset + lost)] : [frame],
          );
        const { places } = await survivors(Buffer.concat(parts));
        expect(places, `${lost} at ${offset}`).toEqual(but(41).filter((n) => n % 2 === 0));
      }
  });

  it.each([
    ['a board without supply', 0],
    ['a line that floats', 0xff],
  ])('has a gap where %s is said to have answered: that was no reading', async (_, byte) => {
    const bytes = frames(60);
    bytes.fill(byte, 20 * 216, 35 * 216);
    const { places, warnings, events } = await survivors(bytes);
    expect(places).toEqual(but(60, ...Array.from({ length: 15 }, (_, n) => 20 + n)));
    expect(warnings).toEqual([{ code: 'unreadable', message: expect.stringContaining(': 15 frames lost') }]);
    expect(events[0]).toEqual({
      ...{ type: 'fault', kind: 'unreadable', bytesDropped: 15 * 216 },
      ...{ startNs: 19 * 2.5e6, endNs: 35 * 2.5e6 },
    });
  });

  it('may have any of that many times, and begin and end anywhere', async () => {
    const damage = fc.record({
      frame: fc.integer({ min: 2, max: 8 }),
      offset: fc.integer({ min: 0, max: 215 }),
      remove: fc.integer({ min: 0, max: 300 }),
      put: fc.uint8Array({ maxLength: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(damage, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 215 }),
        fc.integer({ min: 0, max: 215 }),
        async (damages, front, behind) => {
          const pieces: Uint8Array[] = [];
          const touched = new Set<number>();
          const bytes = frames(100);
          let at = front;
          let frame = 3;
          for (const { frame: further, offset, remove, put } of damages) {
            frame += further;
            const place = frame * 216 + offset;
            pieces.push(bytes.subarray(at, place), put);
            at = place + remove;
            for (let n = frame; n * 216 < Math.max(at, place + 1); n++) touched.add(n);
            frame = Math.floor(at / 216) + 1;
          }
          pieces.push(bytes.subarray(at, bytes.length - behind));
          const { samples } = await replay(Buffer.concat(pieces), 400);
          const places = samples.map((each) => sent.findIndex((one) => one.equals(each.frame)));
          // Only what was touched can be off, the frames at both ends of a damage, in the readings of a probe and by little; the rest is whole, in its order.
          expect(places.filter((place) => place < 0).length).toBeLessThanOrEqual(2 * damages.length);
          const known = places.filter((place) => place >= 0);
          expect(known).toEqual([...new Set(known)].sort((a, b) => a - b));
          const mustLive = but(100, ...touched, 0, 99).filter(
            (n) => !touched.has(n + 1) && !touched.has(n - 1),
          );
          expect(mustLive.filter((n) => !known.includes(n))).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ['NULs', Buffer.alloc(5000)],
    ['0xFF', Buffer.alloc(21_600, 0xff)],
    ['text', Buffer.from('hello '.repeat(500))],
    ['a CSV', readFileSync('package.json')],
  ])('that is none is refused: %s', async (_, bytes) => {
    await expect(replay(bytes, 10)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/is no dump of BENCHLAB frames: nowhere in it do 216 bytes agree/),
    });
  });
});
