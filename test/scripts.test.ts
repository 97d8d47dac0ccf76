import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const scripts = ['bench', 'docs', 'fixtures', 'test'].flatMap((folder) =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => /\.m?js$/.test(path) && !path.split(sep).includes('build')),
);

/** What a script wants of powerlog's own modules: the module, and the names. */
function wanted(path: string): readonly (readonly [module: string, names: readonly string[]])[] {
  const text = readFileSync(resolve(root, path), 'utf8');
  return [...text.matchAll(/^import \{([^}]+)\} from '([^']+)'/gm)].flatMap(([, names, from]) => {
    const target = from!.startsWith('#powerlog/')
      ? from!.replace('#powerlog/', 'dist/')
      : relative(root, resolve(root, dirname(path), from!));
    if (!target.startsWith('dist/')) return [];
    return [[target, names!.split(',').flatMap((name) => name.trim().split(' as ')[0] || [])] as const];
  });
}

describe('scripts that no compiler checks', () => {
  const found = scripts.flatMap((path) => wanted(path).map(([target, names]) => ({ path, target, names })));

  it.each(found)('$path finds in $target what it wants', async ({ target, names }) => {
    expect(Object.keys((await import(resolve(root, target))) as object)).toEqual(
      expect.arrayContaining([...names]),
    );
  });
});
