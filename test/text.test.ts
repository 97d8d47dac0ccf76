import { describe, expect, it } from 'vitest';
import { printable } from '#powerlog/text.js';

describe('printable', () => {
  it('leaves nothing that a terminal would act on', () => {
    expect(printable('a\u001b[2Jb\nc\u202e')).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}');
    expect(printable('phase é 学')).toBe('phase é 学');
  });
});
