import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairMarks } from '#powerlog/exec/marks/phases.js';
import type { Mark, MarkKind } from '#powerlog/stream/command-event.js';

/** Marks as `2 begin a`: seconds, kind, name and count. */
const marks = (...lines: string[]): Mark[] =>
  lines.map((text, index) => {
    const [at, kind, name, count] = text.split(' ');
    return {
      kind: kind as MarkKind,
      name: name!,
      count: count === undefined ? null : Number(count),
      atNs: Number(at) * 1e9,
      uncertaintyNs: 0,
      line: index + 1,
    };
  });

/** Phases as `name: 1-3 4-5`, with the count. */
const outline = (lines: string[], childEnd = 100) =>
  pairMarks(marks(...lines), childEnd * 1e9).phases.map(
    ({ name, spans, count }) =>
      `${name}: ${spans.map((s) => `${s.startNs / 1e9}-${s.endNs / 1e9}`).join(' ')}${count === null ? '' : ` (${count})`}`,
  );

describe('pairMarks', () => {
  it('lets phases nest and repeat, and sums their counts', () => {
    expect(
      outline([
        '1 begin epoch',
        '2 begin step',
        '3 end step 10',
        '4 begin step',
        '6 end step 5',
        '7 end epoch',
      ]),
    ).toEqual(['epoch: 1-7', 'step: 2-3 4-6 (15)']);
  });

  it('keeps the same phase of two workers apart', () => {
    expect(outline(['1 begin work', '2 begin work', '4 end work 3', '7 end work 4'])).toEqual([
      'work: 1-4 2-7 (7)',
    ]);
  });

  it('goes by the instants where several processes wrote out of order', () => {
    expect(outline(['5 end a', '1 begin a'])).toEqual(['a: 1-5']);
  });

  it('ends with the child what nobody ended, and flags it', () => {
    const { phases, problems } = pairMarks(marks('1 begin a', '2 end a', '3 begin a'), 9e9);
    expect(phases[0]).toMatchObject({ unended: 1, spans: [{ endNs: 2e9 }, { startNs: 3e9, endNs: 9e9 }] });
    expect(problems).toEqual([]);
  });

  it('reports an end without a begin, and does not take its count', () => {
    const { phases, problems } = pairMarks(marks('1 end a 5', '2 begin a', '3 end a 1'), 9e9);
    expect(problems).toEqual([{ line: 1, message: expect.stringContaining('without having begun') }]);
    expect(phases[0]).toMatchObject({ count: 1, spans: [{ startNs: 2e9, endNs: 3e9 }] });
  });

  it('gives the count of a point to the phase of its name', () => {
    expect(outline(['1 begin a', '2 point a 5', '3 point a 6', '4 end a'])).toEqual(['a: 1-4 (11)']);
  });

  it('keeps the instants of a name that only has points', () => {
    expect(outline(['1 point saved', '4 point saved'])).toEqual(['saved: 1-1 4-4']);
  });

  it('leaves out and reports what was marked after the child', () => {
    const { phases, problems } = pairMarks(marks('1 begin a', '2 end a', '11 begin a', '12 end a'), 10e9);
    expect(phases[0]?.spans).toHaveLength(1);
    expect(problems).toEqual([{ line: 3, message: expect.stringMatching(/after the command.*1 more/) }]);
  });

  it('takes a line that was only seen after the end for one of its last', () => {
    const [begin, end] = marks('1 begin a', '11 end a');
    const { phases, problems } = pairMarks([begin!, { ...end!, uncertaintyNs: 5e6 }], 10e9);
    expect(phases[0]?.spans).toEqual([
      { startNs: 1e9, endNs: 10e9, startUncertaintyNs: 0, endUncertaintyNs: 5e6 },
    ]);
    expect(problems).toEqual([]);
  });

  it('accounts for every begin and every end, in a span or in a problem', () => {
    const mark = fc.tuple(fc.nat(50), fc.constantFrom('begin', 'end'), fc.constantFrom('a', 'b'));
    fc.assert(
      fc.property(fc.array(mark), (list) => {
        const { phases, problems } = pairMarks(marks(...list.map((each) => each.join(' '))), 60e9);
        const begins = list.filter(([, kind]) => kind === 'begin').length;
        const spans = phases.flatMap((phase) => phase.spans);
        const unended = phases.reduce((sum, phase) => sum + phase.unended, 0);
        expect(spans).toHaveLength(begins);
        expect(spans.length - unended + problems.length).toBe(list.length - begins);
        for (const { startNs, endNs } of spans) expect(endNs).toBeGreaterThanOrEqual(startNs);
      }),
    );
  });
});
