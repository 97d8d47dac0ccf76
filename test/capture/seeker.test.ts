import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CaptureEncoder } from '#powerlog/capture/encoder.js';
import { BlockKind } from '#powerlog/capture/format.js';
import { CaptureSeeker } from '#powerlog/capture/seek/seeker.js';
import { blockOf, end, frameBytes, numberedFrame, placesOfFile, preamble } from './samples.js';

const spacingsNs = [1e6, 2e4, 9e6, 1e6, 5e5];
const framesEach = 3000;
const pauseNs = 3600e9;

/** Stretches of different rates with an hour between them, some blocks short, one damaged: in all some 3 MB. */
function unevenCapture(): { bytes: Buffer; basesNs: number[] } {
  const blocks: { bytes: Buffer; baseNs: number | null }[] = [];
  const encoder = new CaptureEncoder(frameBytes, (block) => {
    const bytes = Buffer.from(block);
    const isOfFrames = bytes.readUInt16LE(4) === BlockKind.frames;
    blocks.push({ bytes, baseNs: isOfFrames ? Number(bytes.readBigInt64LE(8)) : null });
  });
  let atNs = 5e6;
  let n = 0;
  for (const spacingNs of spacingsNs) {
    for (let row = 0; row < framesEach; row++, n++, atNs += spacingNs) {
      encoder.push(
        blockOf([{ requestNs: atNs, replyNs: atNs + 1e4, frame: numberedFrame(n), events: [] }], []),
      );
      if (n % 700 === 0) encoder.flush();
    }
    encoder.flush();
    encoder.push(blockOf([], [end(atNs)]));
    atNs += pauseNs;
  }
  const damaged = blocks.filter((each) => each.baseNs !== null)[7]!;
  damaged.bytes[damaged.bytes.length >> 1]! ^= 1;
  return {
    bytes: Buffer.concat([preamble, ...blocks.map(({ bytes }) => bytes)]),
    basesNs: blocks.flatMap((each) => (each === damaged ? [] : (each.baseNs ?? []))),
  };
}

const { bytes, basesNs } = unevenCapture();
const path = placesOfFile()('uneven.plog');
writeFileSync(path, bytes);

async function firstFrom(seeker: CaptureSeeker, ns: number): Promise<number | null> {
  for await (const { requestNs } of seeker.framesFrom(ns)) return requestNs[0]!;
  return null;
}

const instants = fc.oneof(
  fc.integer({ min: -1, max: Math.ceil(basesNs.at(-1)! / 1e3) + 1e6 }).map((us) => us * 1e3),
  fc.tuple(fc.constantFrom(...basesNs), fc.constantFrom(-1, 0, 1)).map(([ns, beside]) => ns + beside),
);

it('finds the last block up to any instant, whatever was looked for before and however uneven the samples are', async () => {
  expect(basesNs.length).toBeGreaterThan(40);
  await fc.assert(
    fc.asyncProperty(fc.array(instants, { minLength: 1, maxLength: 30 }), async (wanted) => {
      const seeker = (await CaptureSeeker.open(path))!;
      for (const ns of wanted) {
        const expected = basesNs.findLast((base) => base <= ns) ?? basesNs[0]!;
        expect(await firstFrom(seeker, ns), `up to ${ns}`).toBe(expected);
      }
      seeker.close();
    }),
  );
});
