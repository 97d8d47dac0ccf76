import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Mounts a file system of so many KB for the tests of a file; undefined where this machine lets us have none. */
export function smallDisk(kilobytes: number): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const path = mkdtempSync(join(tmpdir(), 'powerlog-small-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  const isMounted = status === 0;
  afterAll(() => {
    if (isMounted) spawnSync('umount', [path]);
    rmdirSync(path);
  });
  return isMounted ? path : undefined;
}
