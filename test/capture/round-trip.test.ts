import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf } from '#powerlog/capture/event-json.js';
import { readCapture } from '#powerlog/capture/open.js';
import type { ByteInput } from '#powerlog/file/byte-input.js';
import { ByteWindow } from '#powerlog/file/byte-window.js';
import { crc32, tableCrc32 } from '#powerlog/file/crc32.js';
import type { Mark } from '#powerlog/stream/command-event.js';
import type { FaultKind, RecordingEvent } from '#powerlog/stream/event.js';
import { powerlog, words } from '../cli/run.js';
import { needs, python } from '../parts.js';
import {
  collect,
  encode,
  end,
  fileOf,
  header,
  preamble,
  readAll,
  type Sample,
  sample,
  scratch,
} from './samples.js';

/** An input that gives its bytes in pieces of the given sizes, over and over. */
function inPieces(bytes: Uint8Array, sizes: readonly number[]): ByteInput {
  let at = 0;
  let turn = 0;
  return {
    name: 'pieces',
    compressed: false,
    fault: null,
    tear: null,
    async read(into) {
      const count = Math.min(into.length, sizes[turn++ % sizes.length]!, bytes.length - at);
      into.set(bytes.subarray(at, at + count));
      at += count;
      return count;
    },
    async close() {},
  };
}

const instant = fc.nat({ max: 2 ** 45 });
const run = fc.nat({ max: 1e6 });
const mark: fc.Arbitrary<Mark> = fc
  .record({
    kind: fc.constantFrom('begin' as const, 'end' as const, 'point' as const),
    // Control characters too: a name may be anything.
    name: fc.string({ unit: 'binary', minLength: 1 }),
    count: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
    atNs: instant,
    uncertaintyNs: fc.constantFrom(0, 5e6),
    line: fc.nat(),
  })
  .chain((each) => fc.constantFrom<Mark>(each, { ...each, fromOutput: true }));
const event: fc.Arbitrary<RecordingEvent> = fc.oneof(
  fc
    .record({
      type: fc.constant('fault' as const),
      kind: fc.constantFrom<FaultKind>('no-reply', 'late-reply', 'board-lost', 'overrun', 'suspend'),
      startNs: instant,
      endNs: instant,
      count: fc.nat(),
    })
    .map(faultOf),
  fc.record({
    type: fc.constant('experiment' as const),
    atNs: instant,
    commands: fc.nat(),
    runs: fc.nat(),
    warmups: fc.nat(),
    idlePowerW: fc.option(fc.constant({ system: 61.5, gpu: -0.25 })),
  }),
  fc.record({
    type: fc.constant('command' as const),
    atNs: instant,
    command: fc.nat(),
    argv: fc.array(fc.string({ unit: 'binary' })),
  }),
  fc.record({ type: fc.constant('baseline' as const), startNs: instant, endNs: instant }),
  fc.record({
    type: fc.constant('run-begin' as const),
    atNs: instant,
    run,
    command: fc.nat(),
    number: fc.nat(),
    warmup: fc.boolean(),
    pid: fc.option(fc.nat()),
  }),
  fc.record({ type: fc.constant('marks' as const), run, marks: fc.array(mark) }),
  fc.record({
    type: fc.constant('run-end' as const),
    atNs: instant,
    run,
    status: fc.constantFrom('ok' as const, 'failed' as const, 'interrupted' as const),
    exitCode: fc.option(fc.nat({ max: 255 })),
    signal: fc.option(fc.constant('SIGKILL')),
    failure: fc.option(fc.string()),
    problems: fc.array(fc.record({ line: fc.option(fc.nat()), message: fc.string() })),
    problemCount: fc.nat(),
  }),
  fc.record({ type: fc.constant('clock' as const), atNs: instant, unixUs: fc.nat({ max: 2 ** 51 }) }),
);
/** Mostly ordinary spacings; now and then one beyond 32 bits of ns, none at all, or a step back. */
const step = fc.oneof(
  { weight: 20, arbitrary: fc.nat({ max: 2_000_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 2 ** 31, max: 2 ** 34 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1000, max: 0 }) },
);
const samples: fc.Arbitrary<Sample[]> = fc
  .array(
    fc.record({
      step,
      roundTrip: fc.oneof(
        { weight: 30, arbitrary: fc.nat({ max: 5_000_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 2 ** 32 - 1, max: 2 ** 34 }) },
      ),
      seed: fc.nat({ max: 255 }),
      events: fc.oneof(
        { weight: 9, arbitrary: fc.constant<RecordingEvent[]>([]) },
        { weight: 1, arbitrary: fc.array(event, { maxLength: 3 }) },
      ),
    }),
    { maxLength: 1100, size: 'max' },
  )
  .map((steps) => {
    let requestNs = 0;
    return steps.map(({ step, roundTrip, seed, events }, n) => {
      requestNs += step;
      return { ...sample(n * 256 + seed), requestNs, replyNs: requestNs + roundTrip, events };
    });
  });

/** Strings compare a hundred times faster than byte arrays. */
const asText = ({ frame, ...rest }: Sample) => ({ ...rest, frame: Buffer.from(frame).toString('base64') });

describe('a capture', () => {
  it('gives back every sample and event, however it was sliced when written and when read', async () => {
    await fc.assert(
      fc.asyncProperty(
        samples,
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 40, max: 70_000 }), { minLength: 1, maxLength: 5 }),
        async (given, slices, pieces) => {
          const all = [...given, sample(7, [end(2 ** 46)])];
          const bytes = Buffer.concat([preamble, ...encode(all, slices)]);
          const reader = await readCapture(new ByteWindow(inPieces(bytes, pieces)));
          const got = await collect(reader.blocks());
          expect(got.samples.map(asText)).toEqual(all.map(asText));
          expect(reader.problem).toBeNull();
          expect(reader.wholeBytes).toBe(bytes.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives back its header', async () => {
    const { reader } = await readAll(fileOf(preamble, ...encode([sample(0, [end(1)])])));
    expect(reader.header).toEqual(header);
    expect(reader.header.start).toEqual({
      monotonic_ns: '1152921504606846976',
      unix_us: 1_700_000_000_123_456,
    });
  });

  it('costs at most 8 % over the frames, in blocks of 64 and header included', () => {
    const all = Array.from({ length: 640 }, (_, n) => sample(n));
    const bytes = preamble.length + encode(all, [64]).reduce((sum, block) => sum + block.length, 0);
    expect(bytes / (640 * 216)).toBeLessThan(1.08);
  });

  it('reads the same compressed, by its content and not its name', async () => {
    const all = [...Array.from({ length: 200 }, (_, n) => sample(n)), sample(200, [end(1e9)])];
    const plain = Buffer.concat([preamble, ...encode(all)]);
    const { samples: got, reader } = await readAll(fileOf(gzipSync(plain)));
    expect(got).toEqual(all);
    expect(reader.problem).toBeNull();
  });

  /** What the reader that stands in docs/capture-format.md prints. */
  function readInPython(capture: string): string[] {
    const page = readFileSync('docs/capture-format.md', 'utf8');
    const script = join(scratch(), 'reader.py');
    writeFileSync(script, /^```python\n([\s\S]*?)^```$/m.exec(page)![1]!);
    return execFileSync('python3', [script, capture], { encoding: 'utf8' }).trimEnd().split('\n');
  }

  it('is what docs/capture-format.md says: its Python reader reads the golden file', needs(python), () => {
    const lines = readInPython('fixtures/synthetic.plog');
    expect(lines).toHaveLength(96 + 3);
    expect(lines[0]).toBe('0 1000000 1000');
    expect(lines[63]).toBe('630000000 5000000000 1063');
    expect(lines[64]).toBe('20640000000 1000064 1064');
    expect(lines.slice(-3)).toEqual(['clock', 'fault', 'end']);
  });

  it(
    'of a board with fields of another type too: a WireView tells its powers in 32 bits',
    needs(python),
    () => {
      const [capture, csv] = ['run.plog', 'run.csv'].map((name) => join(scratch(), name)) as [string, string];
      const { code, err } = powerlog(
        words`record --port sim:train,board=wireview --duration 300ms --capture ${capture} --out ${csv} -q`,
      );
      expect(code, err).toBe(0);
      const [head = '', ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n');
      const column = head.split(',').indexOf('hpwr1_w1_power_w');
      const powersMw = rows.map((row) => Math.round(Number(row.split(',')[column]) * 1000));
      expect(powersMw.length).toBeGreaterThan(0);
      const frames = readInPython(capture).filter((line) => /^\d/.test(line));
      expect(frames.map((line) => Number(line.split(' ')[2]))).toEqual(powersMw);
    },
  );

  it('of the golden file still reads the same', async () => {
    const { samples: got, events, reader } = await readAll('fixtures/synthetic.plog');
    expect(got.map((each) => each.requestNs)).toEqual(
      Array.from({ length: 96 }, (_, n) => n * 1e7 + (n >= 64 ? 2e10 : 0)),
    );
    expect(got[63]!.replyNs).toBe(5_630_000_000);
    expect(got[95]!.replyNs).toBe(20_951_000_095);
    // EPS1 stands at offset 48: 12,000 mV, two bytes of padding, 1,095 mW / 12 V = 91 mA, 1,095 mW.
    expect(Buffer.from(got[95]!.frame).subarray(48, 60).toString('hex')).toBe('e02e00005b00000047040000');
    expect(events).toEqual([
      { type: 'clock', atNs: 395_000_000, unixUs: 1_700_000_000_395_000 },
      { type: 'fault', kind: 'board-lost', startNs: 5_630_000_000, endNs: 20_640_000_000, bytesDropped: 0 },
      { type: 'end', atNs: 21_000_000_000, reason: 'stopped' },
    ]);
    expect(reader.header.map.slot).toEqual({ rail: 'pcie3', feed: 'motherboard' });
    expect(reader.header.board.uid).toBe('00112233445566778899aabb');
    expect(reader.problem).toBeNull();
  });
});

describe('the checksum', () => {
  it('is the CRC-32 of zlib, built in or not', () => {
    const check = new TextEncoder().encode('123456789');
    expect(tableCrc32(check)).toBe(0xcbf43926); // the value every CRC catalogue lists
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => tableCrc32(bytes) === crc32(bytes)));
  });
});
