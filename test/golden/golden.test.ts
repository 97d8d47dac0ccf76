import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: the cases are shared with the script that makes what is expected, which is no TypeScript.
import { cases, drawn, made } from '../../fixtures/golden/cases.mjs';

describe('what powerlog makes of its golden captures', () => {
  it.each(Object.entries(cases as Record<string, readonly string[]>))(
    'stays the same: %s',
    (name, options) => {
      expect(made(options)).toEqual(JSON.parse(readFileSync(`fixtures/golden/${name}.json`, 'utf8')));
    },
  );

  it('stays the same: a figure', () => {
    expect(drawn()).toBe(readFileSync('fixtures/golden/figure.svg', 'utf8'));
  });
});
