import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OutputMark, OutputMatcher, outputLineBytesMax } from '#powerlog/exec/output/matcher.js';

const seenNs = 5n;

/** What is marked in a text that comes in pieces. */
function marked(patterns: readonly string[], text: Uint8Array, cuts: readonly number[] = []): OutputMark[] {
  const marks: OutputMark[] = [];
  const matcher = new OutputMatcher(patterns, (mark) => void marks.push(mark));
  const lent = Buffer.alloc(64);
  for (let from = 0, n = 0; from < text.length; n++) {
    const length = Math.min(
      cuts[n % Math.max(cuts.length, 1)] || lent.length,
      lent.length,
      text.length - from,
    );
    lent.set(text.subarray(from, from + length));
    matcher.push(lent.subarray(0, length), seenNs); // the buffer is used again
    from += length;
  }
  matcher.end(seenNs);
  return marks;
}
const bytes = (text: string) => new TextEncoder().encode(text);
const told = (marks: readonly OutputMark[]) =>
  marks.map(({ kind, name, countText }) => [kind, name, countText].filter((each) => each !== null).join(' '));

const word = fc.constantFrom('a', 'b', 'step', '1', '22', ' ', 'é', 'done', '\u2028', '\u001b[1m', '.', '');
const text = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.constantFrom('\n', '\r\n', '\r') }),
  )
  .map((words) => words.join(''));
/** Without what looks around, so that whole texts are searched; they may match over lines, or nothing. */
const pattern = fc.constantFrom(
  '(?<begin>a+)|(?<end>b+)',
  '^(?<begin>step)$',
  'step\\s*(?<point>\\d+)',
  '\\s*(?<point>[^x]+?)\\s+(?<count>\\d+)',
  '(?<point>a*)',
  '(?<end>\\w+) ?done(?:[^]*(?<begin>step))?',
  '(?<point>é|.)$',
  '\\b(?<begin>22)\\b',
  '\\n?(?<begin>a)',
);

describe('OutputMatcher', () => {
  it('finds the same however the output is cut into pieces', () => {
    fc.assert(
      fc.property(pattern, text, fc.array(fc.integer({ min: 1, max: 9 })), (source, output, cuts) => {
        expect(marked([source], bytes(output), cuts)).toEqual(marked([source], bytes(output)));
      }),
    );
  });

  it('finds in a whole text what it finds line by line', () => {
    fc.assert(
      fc.property(pattern, text, (source, output) => {
        // What looks around is searched line by line; this looks around and sees nothing.
        expect(marked([source], bytes(output))).toEqual(marked([`(?:${source})(?=)`], bytes(output)));
      }),
      { numRuns: 1000 },
    );
  });

  it('ends one phase before it begins the next where a line says both', () => {
    expect(told(marked(['(?<begin>b) after (?<end>a), (?<count>\\d+)'], bytes('b after a, 7\n')))).toEqual([
      'end a 7',
      'begin b',
    ]);
  });

  it('looks at the beginning of a line that is too long, and at the next one whole', () => {
    const long = `a${'x'.repeat(3 * outputLineBytesMax)}b\nb\n`;
    expect(told(marked(['(?<begin>a)', '(?<end>b)'], bytes(long)))).toEqual(['begin a', 'end b']);
  });
});
