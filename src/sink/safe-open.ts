import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, parse, resolve, sep } from 'node:path';
import { outputError, systemErrorCode } from '../errors.js';

/** An output as it was found or made. */
export interface OpenedOutput {
  readonly fd: number;
  /** Links resolved. */
  readonly path: string;
  /** Whether this call made the file. */
  readonly created: boolean;
  /** False for pipes and devices, which can't be truncated or replaced. */
  readonly regular: boolean;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants;

/**
 * Opens a file to write, made with the user's umask. What exists is only opened with `force`, and keeps its content
 * until the caller truncates it; pipes and devices are opened as they are. No symbolic link is followed that somebody
 * else (other than root) made: it could have been planted in a shared directory.
 * @throws UserError (outputFailed)
 */
export function openForWriting(path: string, force: boolean): OpenedOutput {
  try {
    refusePlantedLinks(path);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) {
      // Without following a link: one planted in between is refused by the system.
      const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
      return { fd, path, created: true, regular: true };
    }
    if (!found.isFile()) return { fd: openUnwaiting(path, found), path, created: false, regular: false };
    if (!force) throw outputError(`${path} exists; choose another name, or overwrite it with --force`);
    const real = realpathSync(path);
    return { fd: openSync(real, O_WRONLY | O_NOFOLLOW), path: real, created: false, regular: true };
  } catch (error) {
    throw openError(path, error);
  }
}

/**
 * A pipe or device that takes nothing now says so, instead of blocking in the system, where no signal ends it. A pipe is
 * waited for until it has a reader.
 */
function openUnwaiting(path: string, found: Stats): number {
  const waited = found.isFIFO() ? openSync(path, O_WRONLY) : undefined;
  try {
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } finally {
    if (waited !== undefined) closeSync(waited);
  }
}

/** Whether the directory of `path` takes new files, found out by making one. */
export function checkDirectory(path: string): void {
  const probe = join(dirname(path), `.powerlog-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    refusePlantedLinks(path);
    closeSync(openSync(probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    unlinkSync(probe);
  } catch (error) {
    throw openError(path, error);
  }
}

function refusePlantedLinks(path: string): void {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  const absolute = resolve(path);
  let prefix = parse(absolute).root;
  for (const step of absolute.slice(prefix.length).split(sep)) {
    prefix = join(prefix, step);
    const stats = lstatSync(prefix, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() && stats.uid !== uid && stats.uid !== 0)
      throw outputError(
        `${path}: ${prefix} is a symbolic link that somebody else made (user ${stats.uid}), and is not followed; ` +
          'write to a directory of your own',
      );
  }
}

const openFailures: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist; make it first',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'permission denied; choose a place that you may write to',
  EPERM: 'the system does not permit it; choose a place that you may write to',
  EROFS: 'the file system is read-only; choose another place',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  ELOOP: 'it is a symbolic link that was planted meanwhile',
  EEXIST: 'it appeared meanwhile, or is a link to nothing; choose another name',
  ENXIO: 'nothing is there to take the data',
};

function openError(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return outputError(`cannot write ${path}: ${openFailures[code] ?? code}`, error);
}
