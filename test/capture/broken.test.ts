import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '#powerlog/capture/encoder.js';
import { openCapture } from '#powerlog/capture/open.js';
import { crc32 } from '#powerlog/file/crc32.js';
import type { Mark } from '#powerlog/stream/command-event.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { powerlog, words } from '../cli/run.js';
import { encode, end, fileOf, preamble, readAll, sample, scratch } from './samples.js';

const blocks = [0, 4, 8].flatMap((from) => encode([0, 1, 2, 3].map((n) => sample(from + n))));

/** Three blocks of frames and the end. */
function capture(): { parts: Uint8Array[]; whole: Buffer } {
  const parts = [preamble, ...blocks, ...encode([sample(12, [end(1e9)])])];
  return { parts, whole: Buffer.concat(parts) };
}

const offsetOf = (parts: readonly Uint8Array[], index: number) =>
  parts.slice(0, index).reduce((sum, part) => sum + part.length, 0);

describe('a capture cut off', () => {
  it('at any byte of its last two blocks reads up to the last whole block, and says where', async () => {
    const { parts, whole } = capture();
    expect(parts).toHaveLength(6);
    const path = join(scratch(), 'cut.plog');
    const [framesAt, endAt] = [offsetOf(parts, 4), offsetOf(parts, 5)];
    for (let length = framesAt; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const { samples, reader } = await readAll(path);
      expect(samples).toHaveLength(length < endAt ? 12 : 13);
      expect(reader.problem?.code).toBe('capture-cut');
      expect(reader.problem?.message).toContain(`byte ${length < endAt ? framesAt : endAt};`);
    }
  });

  it('and padded with zeros, as a file system does after power loss, is no more than cut', async () => {
    const { parts, whole } = capture();
    const torn = whole.subarray(0, offsetOf(parts, 3) + 100);
    const { samples, reader } = await readAll(fileOf(torn, new Uint8Array(4096)));
    expect(samples).toHaveLength(8);
    expect(reader.problem?.code).toBe('capture-cut');
  });

  it('is no more than cut where its frames look like the beginnings of blocks', async () => {
    const frame = new Uint8Array(216).map((_, at) => 'PLBk'.charCodeAt(at % 4));
    const lookalikes = encode(Array.from({ length: 300 }, (_, n) => ({ ...sample(n), frame })));
    const torn = Buffer.concat([preamble, ...blocks, ...lookalikes]).subarray(0, -50);
    const { samples, reader } = await readAll(fileOf(torn));
    expect(samples).toHaveLength(12);
    expect(reader.problem?.code).toBe('capture-cut');
  });

  it('while compressed gives what the compressed part holds', async () => {
    const samples = Array.from({ length: 2000 }, (_, n) => sample(n));
    const zipped = gzipSync(Buffer.concat([preamble, ...encode(samples)]));
    const { samples: got, reader } = await readAll(fileOf(zipped.subarray(0, zipped.length / 2)));
    expect(got.length).toBeGreaterThan(0);
    expect(got).toEqual(samples.slice(0, got.length));
    expect(reader.problem?.code).toBe('capture-cut');
  });

  it('inside its header is an error that says so', async () => {
    for (const length of [9, 15, 16, 500, preamble.length - 1])
      await expect(openCapture(fileOf(preamble.subarray(0, length)))).rejects.toMatchObject({
        exitCode: 6,
        message: expect.stringContaining(`ends at byte ${length}, inside its header`),
      });
  });
});

describe('a capture with a changed byte', () => {
  it('never gives a sample that was not recorded, wherever the byte is', async () => {
    const { parts, whole } = capture();
    const path = join(scratch(), 'flipped.plog');
    const [first, last] = [preamble.length, offsetOf(parts, 5)];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: first, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at]! ^= flip;
          writeFileSync(path, bytes);
          const { samples, reader } = await readAll(path);
          const block = parts.findIndex((_, index) => offsetOf(parts, index + 1) > at);
          expect(samples.map((each) => each.frame)).toEqual(
            Array.from({ length: Math.min(13, (block - 1) * 4) }, (_, n) => sample(n).frame),
          );
          // A broken last block may be a torn one; before it, whole blocks follow.
          expect(reader.problem?.code).toBe(at >= last ? 'capture-cut' : 'capture-damaged');
          expect(reader.problem?.message).toContain(`byte ${offsetOf(parts, block)}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('in its header is refused', async () => {
    const { whole } = capture();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: preamble.length - 1 }), async (at) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= 0x10;
        await expect(openCapture(fileOf(bytes))).rejects.toMatchObject({ exitCode: 6 });
      }),
      { numRuns: 60 },
    );
  });

  it('far from its end is damage even where nothing whole is near', async () => {
    const { parts } = capture();
    const { reader } = await readAll(fileOf(parts[0]!, parts[1]!, new Uint8Array(9 << 20)));
    expect(reader.problem?.code).toBe('capture-damaged');
  });
});

describe('a file that is no capture', () => {
  it.each([
    [
      'a CSV',
      Buffer.from('time_s,unix_time_s\n'),
      /not a powerlog capture: it begins with 74 69 6d 65 .* --board and --rate/,
    ],
    ['a short file', Buffer.from('hi'), /not a powerlog capture: it begins with 68 69,/],
    ['nothing', Buffer.alloc(0), /is empty/],
  ])('%s is refused by what was found and expected', async (_, bytes, message) => {
    await expect(openCapture(fileOf(bytes))).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(message),
    });
  });

  it('is refused where it is missing or a directory', async () => {
    const folder = scratch();
    await expect(openCapture(join(folder, 'no.plog'))).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/no\.plog: cannot be read: no such file/),
    });
    await expect(openCapture(folder)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/a directory/),
    });
  });
});

/** The preamble with its JSON changed and the checksum made to fit. */
function preambleWith(change: (header: Record<string, unknown>) => void, version = 1): Buffer {
  const header = JSON.parse(Buffer.from(preamble).subarray(16, -4).toString()) as Record<string, unknown>;
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.concat([preamble.subarray(0, 16), json, Buffer.alloc(4)]);
  bytes.writeUInt16LE(version, 8);
  bytes.writeUInt32LE(json.length, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

describe('a capture from another powerlog', () => {
  it.each([
    ['a newer format', preambleWith(() => {}, 2), /capture format 2 \(byte 8\); .* up to 1: update powerlog/],
    [
      'no map',
      preambleWith((h) => delete h.map),
      /header is wrong at map: expected an object with components, slot/,
    ],
    [
      'a component without rails',
      preambleWith((h) => Object.assign(h, { map: { components: { cpu: [] }, slot: null } })),
      /header is wrong at map\.components\.cpu: expected at least one rail/,
    ],
    [
      'a map of rails that its board has not',
      preambleWith((h) => Object.assign(h, { map: { components: { cpu: ['eps9'] }, slot: null } })),
      /header is wrong at map: components\.cpu: the BENCHLAB has no rail 'eps9'; it has eps1/,
    ],
    [
      'a board nobody knows, told as early captures did',
      preambleWith((h) => {
        Object.assign(h.board as object, { id: 'other' });
        Object.assign(h.layout as object, { rails: undefined });
      }),
      /the board 'other', which this powerlog does not know; it was written by powerlog 0\.0\.0/,
    ],
    [
      'a start that no clock shows',
      preambleWith((h) => Object.assign(h.start as object, { unix_us: 1e308 })),
      /header is wrong at start\.unix_us: expected a whole number of µs/,
    ],
    [
      'another layout, told as early captures did',
      preambleWith((h) => Object.assign(h.layout as object, { frame_bytes: 194, rails: undefined })),
      /frames of 194 bytes are laid out otherwise/,
    ],
    [
      'a field behind its frames',
      preambleWith((h) => Object.assign(h.layout as object, { frame_bytes: 194 })),
      /its header puts the field fan4_rpm behind the end of a frame/,
    ],
    [
      'a rail without its fields',
      preambleWith((h) => Object.assign(h.layout as object, { rails: [['eps9', 12_000]] })),
      /its header names a field eps9_voltage_v that it does not describe/,
    ],
  ])('with %s is refused by name', async (_, bytes, message) => {
    await expect(openCapture(fileOf(bytes))).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(message),
    });
  });

  it('with events, faults and ends that it does not know loses no sample, and says what it skipped', async () => {
    const foreign = (event: object) => encodeEvent(event as RecordingEvent);
    const blocks = [
      ...encode([sample(0)]),
      foreign({ type: 'mark', atNs: 1, name: 'epoch' }),
      ...encode([sample(1)]),
      foreign({ type: 'fault', kind: 'thermal', startNs: 1, endNs: 2, count: 1 }),
      foreign({ type: 'mark', atNs: 2, name: 'epoch' }),
      ...encode([sample(2)]),
      foreign({ type: 'end', atNs: 3, reason: 'alarm' }),
    ];
    const { samples, events, reader } = await readAll(fileOf(preamble, ...blocks));
    expect(samples).toHaveLength(3);
    expect(events).toEqual([{ type: 'end', atNs: 3, reason: 'source-ended' }]);
    expect(reader.warnings()).toEqual([
      { code: 'capture-unknown', message: expect.stringMatching(/event 'mark', 2 times; fault 'thermal'$/) },
    ]);
  });

  it('with thousands of kinds that it does not know, or one with an endless name, says so in a short line', async () => {
    const foreign = (type: string) => encodeEvent({ type, atNs: 1 } as unknown as RecordingEvent);
    const later = Array.from({ length: 3000 }, (_, n) => foreign(`later-${n}`));
    const blocks = [
      foreign('x'.repeat(100_000)),
      ...later,
      foreign('later-0'),
      ...encode([sample(0, [end(1)])]),
    ];
    const path = fileOf(preamble, ...blocks);
    const { samples, reader } = await readAll(path);
    expect(samples).toHaveLength(1);
    const [{ code, message } = { code: '', message: '' }, ...more] = reader.warnings();
    expect([code, more]).toEqual(['capture-unknown', []]);
    expect(message).toMatch(/: event 'x+…; event 'later-0', 2 times; event 'later-1'; .*; and 2,997 others$/);
    expect(message.slice(path.length).length).toBeLessThan(400);
    const { code: ended, err } = powerlog(words`replay ${path} --quiet`);
    expect(ended, err).toBe(0);
    expect(err).toContain(message);
  });

  it('with marks and ends of runs that it does not know keeps the others, and says what it skipped', async () => {
    const known = { kind: 'begin', name: 'a', count: null, atNs: 1, uncertaintyNs: 0, line: 1 } as const;
    const later = { ...known, kind: 'pause', line: 2 } as unknown as Mark;
    const ended = { exitCode: null, signal: null, failure: null, problems: [], problemCount: 0 };
    const timedOut = { type: 'run-end', atNs: 2, run: 0, status: 'timed-out', ...ended };
    const bytes = [
      encodeEvent({ type: 'marks', run: 0, marks: [known, later, later] }),
      encodeEvent(timedOut as unknown as RecordingEvent),
      ...encode([sample(0, [end(3)])]),
    ];
    const { events, reader } = await readAll(fileOf(preamble, ...bytes));
    expect(events.slice(0, 2)).toEqual([
      { type: 'marks', run: 0, marks: [known] },
      { ...timedOut, status: 'failed' },
    ]);
    expect(reader.warnings()).toEqual([
      { code: 'capture-unknown', message: expect.stringMatching(/mark 'pause', 2 times$/) },
    ]);
  });

  it('with a known event that is wrong is damaged there', async () => {
    const wrong = encodeEvent({ type: 'clock', atNs: 1 } as RecordingEvent);
    const { samples, reader } = await readAll(
      fileOf(preamble, ...encode([sample(0)]), wrong, ...encode([sample(1)])),
    );
    expect(samples).toHaveLength(1);
    expect(reader.problem?.code).toBe('capture-damaged');
  });

  it('with more keys in its header and another kind of block is read', async () => {
    const [frames] = encode([sample(0)]);
    const other = Buffer.from(frames!);
    other.writeUInt16LE(99, 4);
    other.writeUInt32LE(crc32(other.subarray(0, -4)), other.length - 4);
    const bytes = preambleWith((h) => Object.assign(h, { mood: 'good' }));
    const { samples, reader } = await readAll(fileOf(bytes, other, ...encode([sample(1, [end(1)])])));
    expect(samples).toHaveLength(1);
    expect(reader.problem).toBeNull();
  });
});

describe('anything at all behind a good header', () => {
  it('ends in samples or a problem, never in a crash', async () => {
    const good = readFileSync('fixtures/synthetic.plog');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 400 }),
            fc.constantFrom(...blocks),
            fc
              .tuple(fc.nat({ max: good.length }), fc.nat({ max: 900 }))
              .map(([at, n]) => good.subarray(at, at + n)),
          ),
          { maxLength: 6 },
        ),
        async (parts) => {
          const { reader } = await readAll(fileOf(preamble, ...parts));
          expect(reader.wholeBytes).toBeGreaterThanOrEqual(preamble.length);
        },
      ),
      { numRuns: 200 },
    );
  });
});
