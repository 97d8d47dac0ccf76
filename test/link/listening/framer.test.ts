import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumBytes, checksumOf } from '#powerlog/board/checksum.js';
import { powerSensor3Framing } from '#powerlog/board/powersensor3/powersensor3.js';
import { checksumKinds, type Framing, syncFraming } from '#powerlog/board/streaming.js';
import { Framer } from '#powerlog/link/listening/framing/framer.js';

const frameBytes = 12;

/** A frame of a framing by a sync word, which carries its number and what is made of it. */
function syncFrame(framing: Framing, number: number): Uint8Array {
  const frame = Uint8Array.from(framing.pattern);
  new DataView(frame.buffer).setUint32(2, number, true);
  for (let at = 6; at < 10; at++) frame[at] = (number * 31 + at) & 0xff;
  const { checksum } = framing;
  if (checksum) {
    const sum = checksumOf(checksum.kind, frame, checksum.from, checksum.offset);
    frame[checksum.offset] = sum & 0xff;
    if (checksumBytes[checksum.kind] === 2) frame[checksum.offset + 1] = sum >> 8;
  }
  return frame;
}

/** A set as the firmware's documentation says: a stamp, then eight levels, ten bits in two bytes each. */
function set(number: number): Uint8Array {
  const levels = [number & 1023, (number >> 10) & 1023, 1023, 0, 512, 1, 2, 3];
  const words = [0xf0 | ((number >> 6) & 0xf), 0x40 | (number & 0x3f)];
  levels.forEach((level, sensor) => {
    words.push(
      0x80 | (sensor << 4) | (level >> 6),
      (sensor === 0 && number % 3 === 0 ? 0x40 : 0) | (level & 0x3f),
    );
  });
  return Uint8Array.from(words);
}

const framings: readonly (readonly [
  name: string,
  framing: Framing,
  frame: (number: number) => Uint8Array,
])[] = [
  ['the sets of a PowerSensor3', powerSensor3Framing, set],
  ...checksumKinds.map((kind) => {
    const framing = syncFraming(Uint8Array.of(0xaa, 0x55), frameBytes, {
      checksum: { kind, from: 2, offset: frameBytes - 2 },
    });
    return [`a sync word and ${kind}`, framing, (number: number) => syncFrame(framing, number)] as const;
  }),
  ...[Uint8Array.of(0xaa, 0x55), Uint8Array.of(0xaa, 0x55, 0x0f, 0xf0)].map((word) => {
    const framing = syncFraming(word, 14);
    return [
      `a sync word of ${word.length} bytes`,
      framing,
      (number: number) => longFrame(framing, number),
    ] as const;
  }),
];

function longFrame(framing: Framing, number: number): Uint8Array {
  const frame = Uint8Array.from(framing.pattern);
  new DataView(frame.buffer).setUint32(10, number, true);
  return frame;
}

/** What a framer finds in a stream that comes in pieces, and how many bytes it says are none. */
function found(
  framing: Framing,
  stream: Uint8Array,
  cuts: readonly number[],
): { frames: string[]; dropped: number } {
  const framer = new Framer(framing);
  const window = new Uint8Array(stream.length);
  const frames: string[] = [];
  let dropped = 0;
  let held = 0;
  let last = 0;
  for (const cut of [...cuts, stream.length]) {
    window.set(stream.subarray(last, cut), held);
    const end = held + cut - last;
    last = cut;
    let from = 0;
    for (;;) {
      const at = framer.next(window, from, end);
      if (at < 0) break;
      dropped += at - from;
      frames.push(Buffer.from(window.subarray(at, at + framer.frameBytes)).toString('hex'));
      from = at + framer.frameBytes;
    }
    dropped += framer.rest - from;
    window.copyWithin(0, framer.rest, end);
    framer.moved(framer.rest);
    held = end - framer.rest;
  }
  return { frames, dropped };
}

const lossOf = fc.tuple(fc.nat(11), fc.integer({ min: 1, max: 5 }));
const garbageOf = fc.uint8Array({ minLength: 1, maxLength: 40 });
const faultsOf = <Fault>(fault: fc.Arbitrary<Fault>) =>
  fc.array(fc.option(fault, { freq: 4 }), { minLength: 3, maxLength: 40 });

/**
 * Frames one behind another, of some of which bytes were lost, or between which others came in that belong to none; not both,
 * since garbage that happens to be what was lost makes a frame whole.
 */
const broken = (frame: (number: number) => Uint8Array) =>
  fc
    .oneof(
      faultsOf(lossOf).map((losses) => losses.map((lost) => ({ lost, garbage: null }))),
      faultsOf(garbageOf).map((all) => all.map((garbage) => ({ lost: null, garbage }))),
    )
    .map((faults) => {
      const pieces: Uint8Array[] = [];
      const whole: string[] = [];
      faults.forEach(({ lost, garbage }, number) => {
        const bytes = frame(number);
        if (garbage) pieces.push(garbage);
        if (lost) pieces.push(bytes.filter((_, at) => at < lost[0] || at >= lost[0] + lost[1]));
        else {
          pieces.push(bytes);
          whole.push(Buffer.from(bytes).toString('hex'));
        }
      });
      return { stream: Uint8Array.from(Buffer.concat(pieces)), whole };
    });

const cutsOf = (stream: Uint8Array) =>
  fc.array(fc.nat(stream.length), { maxLength: 12 }).map((cuts) => cuts.sort((a, b) => a - b));

describe.each(framings)('%s', (_, framing, frame) => {
  it('are all found where nothing is lost, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }).chain((count) => {
          const stream = Uint8Array.from(Buffer.concat(Array.from({ length: count }, (__, n) => frame(n))));
          return fc.record({ stream: fc.constant(stream), cuts: cutsOf(stream), count: fc.constant(count) });
        }),
        ({ stream, cuts, count }) => {
          const { frames, dropped } = found(framing, stream, cuts);
          expect(frames).toEqual(
            Array.from({ length: count }, (__, n) => Buffer.from(frame(n)).toString('hex')),
          );
          expect(dropped).toBe(0);
        },
      ),
    );
  });

  it('are found alike however the stream is cut, every byte of it in a frame or told', () => {
    fc.assert(
      fc.property(
        broken(frame).chain(({ stream }) => fc.record({ stream: fc.constant(stream), cuts: cutsOf(stream) })),
        ({ stream, cuts }) => {
          const inOne = found(framing, stream, []);
          expect(found(framing, stream, cuts)).toEqual(inOne);
          const left = stream.length - inOne.frames.length * framing.mask.length - inOne.dropped;
          // What may be the beginning of one more, and the one whose follower would have to vouch for it.
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThan(2 * framing.mask.length);
        },
      ),
    );
  });
});

it('finds every whole set behind lost bytes and garbage, and none that was not sent', () => {
  fc.assert(
    fc.property(broken(set), ({ stream, whole }) => {
      // 53 bits of a set are the same in all: chance makes none.
      expect(found(powerSensor3Framing, stream, []).frames).toEqual(whole);
    }),
  );
});

it('finds every frame with a sync word and a CRC of 16 bits behind lost bytes and garbage', () => {
  const [, framing, frame] = framings.find(([name]) => name.endsWith('crc16-ccitt'))!;
  fc.assert(
    fc.property(broken(frame), ({ stream, whole }) => {
      expect(found(framing, stream, []).frames).toEqual(whole);
    }),
  );
});

it('takes no sync word that chance made for a frame, where the next frame does not follow it', () => {
  const framing = syncFraming(Uint8Array.of(0xaa, 0x55), 14);
  const frames = [1, 2, 3].map((number) => longFrame(framing, number));
  const stream = Uint8Array.from(Buffer.concat([Buffer.from('aa55010203', 'hex'), ...frames]));
  expect(found(framing, stream, []).frames).toEqual(
    // Behind the last one nothing has come yet that could vouch for it, but it begins where one ended.
    frames.map((frame) => Buffer.from(frame).toString('hex')),
  );
});

it('reckons checksums as others do', () => {
  const bytes = new TextEncoder().encode('123456789');
  const of = (kind: (typeof checksumKinds)[number]) => checksumOf(kind, bytes, 0, bytes.length);
  // The catalogue's check values: CRC-8/SMBUS and CRC-16/IBM-3740.
  expect([of('crc8'), of('crc16-ccitt'), of('sum8'), of('xor8')]).toEqual([0xf4, 0x29b1, 0xdd, 0x31]);
});
