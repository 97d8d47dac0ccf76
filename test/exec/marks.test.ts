import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameBytesMax } from '#powerlog/exec/marks/mark-line.js';
import { MarksReader } from '#powerlog/exec/marks/marks.js';
import type { Mark } from '#powerlog/stream/command-event.js';

const originNs = 1_000_000_000_000n;
/** A reader that keeps what it read. */
function reader() {
  const marks: Mark[] = [];
  const options = { originNs, childStartNs: 2e9, onMark: (mark: Mark) => void marks.push(mark) };
  return Object.assign(new MarksReader(options), { marks });
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All of a file seen at once, 10 s after the recording began. */
function read(text: string) {
  const marks = reader();
  marks.push(bytes(text), 10e9);
  marks.end(10e9);
  return marks;
}

describe('MarksReader', () => {
  it('reads a line in every form', () => {
    const { marks, problems } = read(
      [
        '1003000000000 begin train',
        '1003500000001\tend\ttrain\t500',
        'point step 2.5',
        'begin "a phase \\u00e9"',
        'end 17 3',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(marks).toEqual([
      { kind: 'begin', name: 'train', count: null, atNs: 3e9, uncertaintyNs: 0, line: 1 },
      { kind: 'end', name: 'train', count: 500, atNs: 3_500_000_001, uncertaintyNs: 0, line: 2 },
      { kind: 'point', name: 'step', count: 2.5, atNs: 10e9, uncertaintyNs: 5e6, line: 3 },
      { kind: 'begin', name: 'a phase é', count: null, atNs: 10e9, uncertaintyNs: 5e6, line: 4 },
      { kind: 'end', name: '17', count: 3, atNs: 10e9, uncertaintyNs: 5e6, line: 5 },
    ]);
  });

  it.each([
    ['', 'empty'],
    ['start train', 'begin, end or point'],
    ['-5 begin train', 'begin, end or point'],
    ['begin', 'name is missing'],
    ['1003000000000 end', 'name is missing'],
    ['begin  train', 'single spaces'],
    ['end two words here', 'JSON string'],
    ['begin "torn', 'JSON string'],
    ['begin "bad \\q escape"', 'JSON string'],
    ['begin ""', 'empty'],
  ])('reports %j by its number and goes on', (line, message) => {
    const { marks, problems } = read(`begin a\n${line}\nend a\n`);
    expect(problems).toEqual([{ line: 2, message: expect.stringContaining(message) }]);
    expect(marks.map((mark) => mark.line)).toEqual([1, 3]);
  });

  it.each(['many', '-1', '1e6', '1e999', 'NaN', '1,5', '1 000', '', '1'.repeat(400), '5 steps'])(
    'keeps the mark whose count is %j, without it, and reports it',
    (count) => {
      const { marks, problems } = read(`begin a\nend a ${count}\nend "a" ${count}\n`);
      expect(marks.map((mark) => [mark.kind, mark.name, mark.count])).toEqual([
        ['begin', 'a', null],
        ['end', 'a', null],
        ['end', 'a', null],
      ]);
      expect(problems.map(({ line }) => line)).toEqual([2, 3]);
      for (const { message } of problems) expect(message).toContain('count');
    },
  );

  it('keeps a long name whole, and cuts one that is too long so that it stays apart', () => {
    const names = [
      'p'.repeat(600),
      'é'.repeat(512),
      `${'é'.repeat(2000)}1`,
      `${'é'.repeat(2000)}2`,
      `x${'é'.repeat(2000)}`,
    ];
    const { marks, problems } = read(names.map((name) => `point ${name}`).join('\n'));
    expect(problems).toEqual([]);
    expect(marks.slice(0, 2).map(({ name }) => name)).toEqual(names.slice(0, 2));
    const cut = marks.slice(2).map(({ name }) => name);
    expect(new Set(cut).size).toBe(3);
    for (const name of cut) {
      expect(Buffer.byteLength(name)).toBeGreaterThan(nameBytesMax - 2);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(nameBytesMax);
      expect(name).toMatch(/^x?é+…[0-9a-f]{8}$/);
    }
  });

  it('reports what is not UTF-8', () => {
    const marks = reader();
    marks.push(Uint8Array.of(...bytes('begin '), 0xff, 10, ...bytes('end a\n')), 3e9);
    expect(marks.problems).toEqual([{ line: 1, message: expect.stringContaining('UTF-8') }]);
    expect(marks.marks).toHaveLength(1);
  });

  it('counts a last line without its newline when it is whole', () => {
    expect(read('begin a\nend a').marks).toHaveLength(2);
    const torn = read('begin a\n10035000');
    expect(torn.marks).toHaveLength(1);
    expect(torn.problems[0]).toMatchObject({ line: 2 });
  });

  it('does not believe the clock of another machine, and says so once', () => {
    const { marks, problems, problemCount } = read(
      '5 begin a\n9999999999999999999 end a\n1003000000000 point a\n',
    );
    expect(marks.map(({ atNs, uncertaintyNs }) => [atNs, uncertaintyNs])).toEqual([
      [10e9, 5e6],
      [10e9, 5e6],
      [3e9, 0],
    ]);
    expect(problems.map(({ line }) => line)).toEqual([1, null]);
    expect(problemCount).toBe(2);
  });

  it('keeps a begin whose count is out of place', () => {
    const { marks, problems } = read('begin a 5\n');
    expect(marks[0]).toMatchObject({ kind: 'begin', count: null });
    expect(problems).toHaveLength(1);
  });

  it('drops a line that never ends, without keeping it', () => {
    const marks = reader();
    for (let n = 0; n < 200; n++) marks.push(new Uint8Array(1024).fill(0x61), 3e9);
    marks.push(bytes('\nbegin a\n'), 3e9);
    expect(marks.problems).toEqual([{ line: 1, message: expect.stringContaining('longer') }]);
    expect(marks.marks).toHaveLength(1);
  });

  it('bounds what it keeps of problems', () => {
    const marks = read('nonsense\n'.repeat(1000));
    expect(marks.problemCount).toBe(1000);
    expect(marks.problems).toHaveLength(100);
  });

  it('reads the same however the file is cut into pieces', () => {
    const line = fc.oneof(
      fc.constantFrom('begin a', '1003000000000 end "ä b" 7', 'point x 1', 'rubbish', '', 'end é', '\tend x'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(6)), (lines, cuts) => {
        const text = bytes(lines.join('\n'));
        const whole = reader();
        whole.push(text, 10e9);
        whole.end(10e9);
        const sliced = reader();
        const piece = new Uint8Array(8);
        for (let from = 0, n = 0; from < text.length; n++) {
          const length = Math.min(1 + (cuts[n % cuts.length] ?? 3), text.length - from);
          piece.set(text.subarray(from, from + length));
          sliced.push(piece.subarray(0, length), 10e9); // the buffer is used again
          from += length;
        }
        sliced.end(10e9);
        expect(sliced.marks).toEqual(whole.marks);
        expect(sliced.problems).toEqual(whole.problems);
      }),
    );
  });
});
