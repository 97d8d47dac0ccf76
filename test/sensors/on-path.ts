import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const vendorFixture = (path: string): string =>
  fileURLToPath(new URL(`../../fixtures/vendor/${path}`, import.meta.url));

/** Programs by name, as shell scripts that stand in front of all others. */
export function onPath(programs: Readonly<Record<string, string>>): { PATH: string } {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-programs-'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: `${folder}${delimiter}${process.env.PATH}` };
}
