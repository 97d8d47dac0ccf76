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
 * What the tracks of a recording are called, in their files' names too: a board's own name, or its port where another bears that. One
 * without a name is called by what it is, so that its files are called the same from run to run, whatever port it got. However
 * the file system takes upper and lower case, no two are alike.
 */
export function trackIds(identities: readonly BoardIdentity[]): string[] {
  const taken = new Set<string>();
  return identities.map(({ id, name, port }) => {
    const own = safe(name ?? '');
    return freeId(own === '' ? [safe(id) || 'board'] : [own, safe(basename(port)), 'board'], taken);
  });
}

/** What the sensors beside those boards are called. */
export function sensorIds(kinds: readonly string[], boards: readonly string[]): string[] {
  const taken = new Set(boards.map((id) => id.toLowerCase()));
  return kinds.map((kind) => freeId([kind], taken));
}

function freeId(names: readonly string[], taken: Set<string>): string {
  const candidates = names.filter((id) => id !== '');
  const id = candidates.find((each) => !taken.has(each.toLowerCase())) ?? numbered(candidates[0]!, taken);
  taken.add(id.toLowerCase());
  return id;
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

/**
 * Where the readings of each sensor go: beside the CSV, or else beside the capture; null where nothing is kept.
 * @throws UserError (usage) where there is no such place
 */
export function sensorPlaces({ out, capture }: Places, ids: readonly string[]): (string | null)[] {
  if (ids.length === 0) return [];
  const place = out ?? capture;
  if (place === undefined) return ids.map(() => null);
  if (summaryPathFor(place) === null)
    throw usageError(
      `--with keeps each sensor's readings in a file of its own, and beside ${place} there is no place for one: give --out run.csv`,
    );
  return ids.map((id) => {
    const path = beside(place, id);
    return out === undefined ? path.replace(/\.[^./]+$/, '.csv') : path;
  });
}

/** `run.csv.gz` → `run.desk.csv.gz` */
function beside(path: string, id: string): string {
  const [, stem, suffix] = /^(.+?)((?:\.[^.]+)?(?:\.gz)?)$/.exec(basename(path))!;
  return join(dirname(path), `${stem}.${id}${suffix}`);
}
