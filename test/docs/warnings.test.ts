import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { warningCodes } from '#powerlog/stream/warning.js';

const page = readFileSync('docs/summary.md', 'utf8');

it('every code of a warning stands on the page about the summary', () => {
  expect(warningCodes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});

it('every code that stands there in a table of warnings is one', () => {
  const [, section = ''] = page.split('\n## Warnings\n');
  const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell]) => cell!);
  const told = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!));
  expect(told.length).toBeGreaterThan(warningCodes.length / 2);
  expect(told.filter((code) => !(warningCodes as readonly string[]).includes(code))).toEqual([]);
});
