import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** A CSV's header and rows as text; its last line has to be whole. */
export const readCsv = (path: string) => {
  const [header = '', ...lines] = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return { names: header.split(','), rows: lines.map((line) => line.split(',')) };
};
