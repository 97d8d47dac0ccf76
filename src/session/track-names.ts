import { basename, dirname, join } from 'node:path';
import { usageError } from '../errors.js';
import { summaryPathFor } from '../sink/summary-file.js';
import type { BoardIdentity } from '../stream/recording-header.js';

/** Where samples go. */
export interface Places {
  /** The CSV: a path, or `-` for standard output. */
  readonly out?: string | undefined;
  readonly capture?: string | undefined;
}

/** Short for a file's name, long enough for a board's. */
const longestId = 48;

/**
 * What the tracks of a recording are called, in their files' names too: a board's own name, or its port where it has none or
 * where another bears it. However the file system takes upper and lower case, no two are alike.
 */
export function trackIds(identities: readonly BoardIdentity[]): string[] {
  const taken = new Set<string>();
  return identities.map(({ name, port }) => {
    const candidates = [safe(name ?? ''), safe(basename(port)), 'board'].filter((id) => id !== '');
    const id = candidates.find((each) => !taken.has(each.toLowerCase())) ?? numbered(candidates[0]!, taken);
    taken.add(id.toLowerCase());
    return id;
  });
}

function numbered(id: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) if (!taken.has(`${id}-${n}`.toLowerCase())) return `${id}-${n}`;
}

/** Letters, digits and what no file system and no shell minds. */
const safe = (text: string): string =>
  [...text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')]
    .slice(0, longestId)
    .join('')
    .replace(/^[.-]+|[.-]+$/g, '');

/** @throws UserError (usage) where several tracks would share a place that is no file */
export function refuseSharedPlaces({ out, capture }: Places, tracks: number): void {
  if (tracks < 2) return;
  for (const [option, path] of [
    ['--out', out],
    ['--capture', capture],
  ] as const)
    if (path !== undefined && summaryPathFor(path) === null)
      throw usageError(
        `${option} ${path} takes the samples of one board, and here are ${tracks}: each needs a file of its own, such as --out run.csv, beside which the others get theirs`,
      );
}

/**
 * Where each track goes: the first to the places that were named, each other beside it under its own name.
 * @throws UserError (usage) where several tracks would share a place that is no file
 */
export function trackPlaces(places: Places, ids: readonly string[]): Places[] {
  refuseSharedPlaces(places, ids.length);
  const { out, capture } = places;
  return ids.map((id, n) => ({
    out: out === undefined || n === 0 ? out : beside(out, id),
    capture: capture === undefined || n === 0 ? capture : beside(capture, id),
  }));
}

/** `run.csv.gz` → `run.desk.csv.gz` */
function beside(path: string, id: string): string {
  const [, stem, suffix] = /^(.+?)((?:\.[^.]+)?(?:\.gz)?)$/.exec(basename(path))!;
  return join(dirname(path), `${stem}.${id}${suffix}`);
}
