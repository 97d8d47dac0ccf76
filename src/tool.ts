import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

const facts = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as PackageFacts;

/** What this program is, as its package says. */
export const tool = {
  name: facts.name,
  version: facts.version,
  description: facts.description,
  bugs: 'the repository you have it from (its CONTRIBUTING.md says what helps)',
} as const;
