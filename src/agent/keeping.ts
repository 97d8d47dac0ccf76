import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.js';

/** What is kept of the captures in a folder. */
interface Keeping {
  readonly folder: string;
  /** Since the last sample, ms. */
  readonly forMs?: number | undefined;
  readonly bytes?: number | undefined;
}

export interface Kept {
  readonly files: number;
  readonly bytes: number;
}

/** What the agent calls its captures, so that nothing else in the folder is ever removed. */
const ownName = /^\d{8}T\d{6}Z\.[^/]+\.plog$/;

/**
 * Removes captures that are older than what is kept, and then the oldest of more than is kept; never one that is being written.
 * @param active paths of those
 */
export async function sweep(
  { folder, forMs = Number.POSITIVE_INFINITY, bytes: mostBytes = Number.POSITIVE_INFINITY }: Keeping,
  active: ReadonlySet<string>,
  nowMs: number,
): Promise<Kept> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const found: { path: string; bytes: number; endMs: number }[] = [];
  for (const name of names.filter((each) => ownName.test(each)).sort()) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null); // somebody else removed it
    if (facts?.isFile()) found.push({ path, bytes: facts.size, endMs: facts.mtimeMs });
  }
  let [files, bytes] = [found.length, found.reduce((sum, each) => sum + each.bytes, 0)];
  for (const each of found) {
    if (active.has(each.path)) continue;
    if (nowMs - each.endMs <= forMs && bytes <= mostBytes) continue;
    await rm(each.path, { force: true });
    files--;
    bytes -= each.bytes;
  }
  return { files, bytes };
}
