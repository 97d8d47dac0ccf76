import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

/** The package's folder, from this file's place in `dist` as from the bundle's in `lib`. */
export const packageFolder = join(__dirname, '..');

const facts = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as PackageFacts;

/** What this program is, as its package says. */
export const tool = {
  name: facts.name,
  version: facts.version,
  description: facts.description,
  bugs: 'the repository you have it from (its CONTRIBUTING.md says what helps)',
} as const;
