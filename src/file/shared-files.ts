import { type BigIntStats, fstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { usageError } from '../errors.js';

/** A file that a command line asks for. */
export interface NamedFile {
  /** For messages: the option, or what it is. */
  readonly role: string;
  /** `-` is standard output or input. */
  readonly path: string;
}

/**
 * Refuses outputs that share a file with another output or with an input. Links and other spellings of a path do not
 * hide it. The null device takes whatever comes.
 * @throws UserError (usage)
 */
export function refuseSharedFiles(outputs: readonly NamedFile[], inputs: readonly NamedFile[]): void {
  const seen = new Map<string, NamedFile>();
  for (const output of outputs) {
    const identity = output.path === '-' ? ['-', identityOf('-', 1)] : [identityOf(output.path, 1)];
    for (const each of identity) {
      if (each === undefined) continue;
      const other = seen.get(each);
      if (other)
        throw usageError(
          `${named(output)} is the same file as ${named(other)}; each output needs a file of its own`,
        );
      seen.set(each, output);
    }
  }
  for (const input of inputs) {
    const identity = identityOf(input.path, 0);
    const output = identity === undefined ? undefined : seen.get(identity);
    if (output) throw usageError(`${named(output)} is the input itself (${named(input)}); name another file`);
  }
}

/** Whether a name leads to where standard output goes. The null device takes whatever comes. */
export function isStandardOutput(path: string): boolean {
  const standard = identityOf('-', 1);
  return path === '-' || (standard !== undefined && identityOf(path, 1) === standard);
}

const named = ({ role, path }: NamedFile): string =>
  path === '-' ? `${role} - (standard output)` : `${role} ${path}`;

/** Equal for two names of one file; undefined where nothing is shared. */
function identityOf(path: string, standard: 0 | 1): string | undefined {
  const stats = statsOf(path, standard);
  if (path === '-' && (!stats || (standard === 0 && !stats.isFile()))) return undefined;
  if (!stats) return `name ${placeOf(path)}`;
  if (!stats.isCharacterDevice()) return `file ${stats.dev} ${stats.ino}`;
  return stats.rdev === statsOf('/dev/null', standard)?.rdev ? undefined : `device ${stats.rdev}`;
}

/** Undefined where there is nothing, or nothing that can be looked at. */
function statsOf(path: string, standard: 0 | 1): BigIntStats | undefined {
  try {
    return path === '-' ? fstatSync(standard, { bigint: true }) : statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/** Where a file will be made; as it was named where there is no such place, which may be our own deleted folder. */
function placeOf(path: string): string {
  try {
    const absolute = resolve(path);
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return path;
  }
}
