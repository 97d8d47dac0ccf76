import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePreamble } from '#powerlog/capture/encoder.js';
import type { CaptureHeader } from '#powerlog/schema/capture-header.js';
import { encode, end, header, sample, scratch } from '../../capture/samples.js';
import { powerlog, words } from '../run.js';

const startUs = header.start.unix_us!;

/** A whole capture that begins `afterS` seconds after another, with `count` samples at 1 kHz. */
function capture(afterS: number | null, count: number, other: Partial<CaptureHeader> = {}): Buffer {
  const unix = afterS === null ? null : startUs + afterS * 1e6;
  const preamble = encodePreamble({ ...header, start: { ...header.start, unix_us: unix }, ...other });
  const samples = Array.from({ length: count }, (_, n) =>
    sample(n, n === count - 1 ? [end(count * 1e6)] : []),
  );
  return Buffer.concat([preamble, ...encode(samples)]);
}

const first = capture(0, 300);
const second = capture(10, 200);
const third = capture(3600, 100);

interface Replayed {
  readonly code: number | null;
  readonly rows: readonly string[];
  readonly err: string;
  readonly summary: {
    readonly samples: number;
    readonly gaps: { readonly start_s: number; readonly end_s: number; readonly cause: string }[];
    readonly warnings: { readonly code: string; readonly message: string }[];
  };
}

function replay(bytes: Uint8Array, input = '-'): Replayed {
  const folder = scratch();
  const out = join(folder, 'run.csv');
  if (input !== '-') writeFileSync(join(folder, input), bytes);
  const ran = powerlog(
    words`replay ${input === '-' ? '-' : join(folder, input)} --out ${out} -q`,
    input === '-' ? bytes : undefined,
  );
  const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
  return { ...ran, rows: readFileSync(out, 'utf8').trimEnd().split('\n').slice(1), summary };
}

/** Rows without `time_s`, which counts from the first recording. */
const byUtc = (rows: readonly string[]) => rows.map((row) => row.slice(row.indexOf(',') + 1));
const codes = ({ summary }: Replayed) => summary.warnings.map(({ code }) => code);

describe('captures joined to one', () => {
  it.each([
    ['through a pipe', Buffer.concat([first, second, third]), '-'],
    ['on disk', Buffer.concat([first, second, third]), 'run.plog'],
    [
      'compressed one by one',
      Buffer.concat([first, second, third].map((each) => gzipSync(each))),
      'run.plog.gz',
    ],
    ['compressed as one', gzipSync(Buffer.concat([first, second, third])), '-'],
  ])('%s: all are replayed, by their clocks, with a gap between them', (_, bytes, input) => {
    const joined = replay(bytes, input);
    expect(joined.code).toBe(0);
    expect(byUtc(joined.rows)).toEqual([first, second, third].flatMap((each) => byUtc(replay(each).rows)));
    expect(joined.rows.map((row) => row.split(',')[0])).toEqual([
      ...replay(first).rows.map((row) => row.split(',')[0]),
      ...replay(second).rows.map((row) => (Number.parseFloat(row) + 10).toFixed(6)),
      ...replay(third).rows.map((row) => (Number.parseFloat(row) + 3600).toFixed(6)),
    ]);
    expect(joined.summary.samples).toBe(600);
    expect(joined.summary.gaps.map(({ cause }) => cause)).toEqual(['joined', 'joined']);
    expect(joined.summary.gaps[0]!.start_s).toBeCloseTo(0.2992, 3);
    expect(joined.summary.gaps[0]!.end_s).toBeCloseTo(10.0002, 3);
    expect(joined.summary.warnings.filter(({ code }) => code === 'capture-joined')).toHaveLength(2);
    expect(joined.err).toContain(
      `another recording follows at byte ${first.length}, and goes on 9.700 s behind`,
    );
  });

  it('the first of them torn: what was whole of it, and the second', () => {
    for (const cut of [1, 100, 30_000]) {
      const torn = first.subarray(0, first.length - cut);
      const joined = replay(Buffer.concat([torn, second]));
      expect(joined.code).toBe(0);
      expect(byUtc(joined.rows)).toEqual([...byUtc(replay(torn).rows), ...byUtc(replay(second).rows)]);
      expect(codes(joined)).toEqual(expect.arrayContaining(['capture-cut', 'capture-joined']));
      expect(joined.summary.gaps.map(({ cause }) => cause)).toContain('joined');
    }
  });

  it('as a port, too: the samples of all', () => {
    const folder = scratch();
    const path = join(folder, 'both.plog');
    writeFileSync(path, Buffer.concat([first, capture(0.5, 200)]));
    const ran = powerlog(words`record --port ${path} --out ${join(folder, 'run.csv')} -q`);
    expect(ran.code).toBe(0);
    expect(readFileSync(join(folder, 'run.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(1 + 500);
  });

  const otherUid = { board: { ...header.board, uid: 'ffeeddccbbaa998877665544' } };
  const otherMap = { map: { ...header.map, slot: { rail: 'pcie3', feed: 'psu' as const } } };
  it.each([
    ['of another board', capture(10, 200, otherUid), /is left out: its board is another/],
    ['with another map', capture(10, 200, otherMap), /is left out: its map is another/],
    ['of another accuracy', capture(10, 200, { accuracy: 0.1 }), /is left out: its accuracy is another/],
    ['whose clock is not known', capture(null, 200), /is left out: its clock is not known/],
    [
      'that began before the first ended',
      capture(0.2, 200),
      /is left out: by its clock it begins 0\.100 s before the recording in front of it ends/,
    ],
  ])('%s cannot be: it is left, told, and those behind it are read', (_, other, text) => {
    const joined = replay(Buffer.concat([first, other, third]));
    expect(joined.code).toBe(6);
    expect(joined.err).toMatch(text);
    expect(joined.err).toContain(`the recording at byte ${first.length}, 200 samples, is left out`);
    expect(byUtc(joined.rows)).toEqual([...byUtc(replay(first).rows), ...byUtc(replay(third).rows)]);
    expect(codes(joined)).toContain('capture-left');
  });

  it('with something else behind them are read, and what follows is told', () => {
    for (const other of [Buffer.from('hello'), gzipSync(second)]) {
      const joined = replay(Buffer.concat([first, second, other]));
      expect(joined.code).toBe(6);
      expect(joined.err).toMatch(`is damaged at byte ${first.length + second.length}: bytes follow its end`);
      expect(joined.summary.samples).toBe(500);
    }
  });

  it('changed in the middle of the first are read up to there, as any damaged capture', () => {
    const bytes = Buffer.concat([first, second]);
    bytes[first.length - 40_000]! ^= 1;
    const joined = replay(bytes);
    expect(joined.code).toBe(6);
    expect(joined.err).toContain('a broken block, with more behind it');
  });
});

describe('powerlog repair of joined captures', () => {
  it('leaves whole ones as they are', () => {
    const path = join(scratch(), 'both.plog');
    writeFileSync(path, Buffer.concat([first, second]));
    const ran = powerlog(['repair', path]);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('is whole, with 500 samples') });
    expect(readFileSync(path).equals(Buffer.concat([first, second]))).toBe(true);
  });

  it('cuts a torn end behind the last, and loses none', () => {
    for (const zip of [false, true]) {
      const path = join(scratch(), zip ? 'both.plog.gz' : 'both.plog');
      const torn = Buffer.concat([first, second.subarray(0, -20_000)]);
      writeFileSync(path, zip ? gzipSync(torn) : torn);
      expect(powerlog(['repair', path]).code).toBe(0);
      const repaired = zip ? gunzipSync(readFileSync(path)) : readFileSync(path);
      expect(repaired.subarray(0, first.length).equals(first)).toBe(true);
      const again = replay(repaired);
      expect(again.code).toBe(0);
      expect(again.rows).toEqual(replay(torn).rows);
      expect(codes(again)).not.toContain('capture-cut');
      // Its own end is on its own time axis: the second by itself is whole.
      const alone = replay(repaired.subarray(first.length));
      expect([alone.code, codes(alone)]).toEqual([
        0,
        expect.not.arrayContaining(['silent-edge', 'capture-cut']),
      ]);
    }
  });

  const preambleBytes = 16 + second.readUInt32LE(12) + 4;
  it('drops a part of a header at its end, which held no samples', () => {
    const zip = (name: string) => name.endsWith('gz');
    for (const length of [1, 100, preambleBytes - 1])
      for (const [name, zeros] of [
        ['both.plog', 0],
        ['both.plog', 70],
        ['both.plog.gz', 0],
      ] as const) {
        const path = join(scratch(), name);
        const torn = Buffer.concat([first, second.subarray(0, length), Buffer.alloc(zeros)]);
        writeFileSync(path, zip(name) ? gzipSync(torn) : torn);
        const { code, err } = powerlog(['repair', path]);
        expect([code, err]).toEqual([0, expect.stringContaining('300 samples kept')]);
        const left = readFileSync(path);
        expect((zip(name) ? gunzipSync(left) : left).equals(first)).toBe(true);
      }
  });

  it('closes a last one without samples on its own time axis', () => {
    const path = join(scratch(), 'both.plog');
    writeFileSync(path, Buffer.concat([first, second.subarray(0, preambleBytes + 30)]));
    expect(powerlog(['repair', path]).code).toBe(0);
    const left = readFileSync(path);
    const kept = Buffer.concat([first, second.subarray(0, preambleBytes)]);
    expect(left.subarray(0, kept.length).equals(kept)).toBe(true);
    const again = replay(left);
    expect([again.code, again.summary.samples]).toEqual([0, 300]);
    expect(replay(left.subarray(first.length)).code).toBe(0);
  });

  it('leaves one alone whose first part is torn: nothing behind it is to be cut off', () => {
    const path = join(scratch(), 'both.plog');
    const bytes = Buffer.concat([first.subarray(0, -100), second]);
    writeFileSync(path, bytes);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([0, expect.stringMatching(/ends well, .* left alone\n.*was cut off/)]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
