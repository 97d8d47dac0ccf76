import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');
const words = new Set(source.match(/[\w$]+/g));

it('what the page on architecture calls by its name is called so in the code', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const quoted = [...page.matchAll(/`([\w./]+)(?:\([^`]*\))?`/g)].map(([, name]) => name!);
  const named = quoted.filter((name) => /[a-z][A-Z]|^[A-Z][a-z]|\.ts$/.test(name));
  const missing = [...new Set(named)].filter((name) => {
    if (/\/|\.\w+$/.test(name) && [name, join('src', name)].some((path) => existsSync(path))) return false;
    return !name.split(/[./]/).every((word) => words.has(word));
  });
  expect(missing).toEqual([]);
});
