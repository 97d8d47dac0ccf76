import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const page = readFileSync('docs/architecture.md', 'utf8');
const entries = readdirSync('src', { recursive: true, withFileTypes: true });
const placeOf = ({ parentPath, name }: (typeof entries)[number]): string =>
  relative('src', join(parentPath, name));
const files = entries.filter((entry) => entry.isFile()).map(placeOf);
const folders = entries.filter((entry) => entry.isDirectory()).map(placeOf);
const code = files
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');

/** Functions, types, constants, members, and what is passed as a parameter. */
const defined = new Set(
  [
    ...code.matchAll(/\b(?:function\*?|class|interface|type|const|let)\s+([\w$]+)/g),
    ...code.matchAll(/^\s+(?:(?:readonly|static|async|get)\s+|\*|#)*([\w$]+)\??[:;(<=]/gm),
  ].map(([, name]) => name),
);
/** Words of the command line, of files and of the system. */
const isWord = (name: string): boolean => code.includes(`'${name}'`) || code.includes(`node:${name}'`);
const endsIn = (places: readonly string[], name: string): boolean =>
  places.some((place) => place === name || place.endsWith(`/${name}`));

/** What is neither in `src` nor a word of it. */
const others = [
  '12.345',
  'dependencies',
  'lib/main.js.VERSION-PLATFORM-ARCH',
  'POWERLOG_DEBUG',
  'toLocaleString',
  '.plog',
];

it('what the page on architecture calls by its name is called so in the code', () => {
  const quoted = [...page.matchAll(/`([\w$./-]+)(?:\([^`]*\))?`/g)].map(([, name]) => name!);
  const missing = [...new Set(quoted)].filter((name) => {
    if (others.includes(name) || existsSync(name) || existsSync(join('docs', name))) return false;
    if (endsIn(files, name) || endsIn(folders, name)) return false;
    if (/\/|\.ts$/.test(name)) return true;
    return !isWord(name) && !name.split('.').every((part) => defined.has(part));
  });
  expect(missing).toEqual([]);
});

it('its table names every folder of the code, each in the row of the one that it lies in', () => {
  const rows = new Map([...page.matchAll(/^\| `(\w+)` \|.*$/gm)].map(([row, folder]) => [folder!, row!]));
  const unnamed = folders.filter((folder) => {
    const [top = '', ...below] = folder.split('/');
    return !rows.get(top)?.includes(`\`${below.at(-1) ?? top}\``);
  });
  expect(unnamed).toEqual([]);
});
