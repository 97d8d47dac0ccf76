import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctNames } from '#powerlog/exec/figures/names.js';

describe('distinctNames', () => {
  it('keeps both ends of what is too long', () => {
    expect(distinctNames(['short', `begin ${'x'.repeat(50)} end`], 20)).toEqual([
      'short',
      'begin xxxx…xxxxx end',
    ]);
  });

  it('makes no two alike, and none much longer than asked for', () => {
    const text = fc.oneof(
      fc.constantFrom('a', 'a (1)', 'a (2)', '\u0007', '\\u{7}', `${'x'.repeat(30)}y${'x'.repeat(30)}`),
      fc.constantFrom(`${'x'.repeat(61)}`, `${'😀'.repeat(40)}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        const names = distinctNames(texts, 20);
        expect(new Set(names).size).toBe(texts.length);
        for (const name of names) expect([...name].length).toBeLessThanOrEqual(20 + ' (12)'.length);
      }),
    );
  });
});
