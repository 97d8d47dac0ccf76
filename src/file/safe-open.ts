import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import { outputError, systemErrorCode } from '../errors.js';
import { type LockOutcome, lockFile } from './file-lock.js';

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
 * until the caller truncates it; pipes and devices are opened as they are. A file stays locked until it is closed, so that
 * nobody else records to it. No symbolic link is followed that somebody else (other than root) made: it could have been
 * planted in a shared directory.
 * @throws UserError (outputFailed)
 */
export function openForWriting(path: string, force: boolean): OpenedOutput {
  try {
    refusePlantedLinks(path);
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) {
      // Without following a link: one planted in between is refused by the system.
      const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
      return { fd: locked(fd, path), path, created: true, regular: true };
    }
    if (!found.isFile()) return { fd: openUnwaiting(path, found), path, created: false, regular: false };
    if (!force) throw outputError(`${path} exists; choose another name, or overwrite it with --force`);
    const real = realpathSync(path);
    return {
      fd: locked(openSync(real, O_WRONLY | O_NOFOLLOW), path),
      path: real,
      created: false,
      regular: true,
    };
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

/**
 * Makes the file that shall become `target`, beside it, and keeps it locked: whoever has it is the one to write `target`.
 * One that a killed recording left behind is replaced.
 * @throws UserError (outputFailed) where somebody else has it, or the directory does not take it
 */
export function openUnfinished(target: string): OpenedOutput {
  const shared = join(dirname(target), `.${basename(target)}.unfinished`);
  let path = shared;
  try {
    refusePlantedLinks(shared);
    for (;;) {
      const found = openIfThere(path);
      if (found !== undefined) {
        if (lockFile(found) === 'taken') throw takenError(target, found);
        if (isAt(found, path)) unlinkSync(path);
        closeSync(found);
      }
      const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
      const outcome: LockOutcome = lockFile(fd);
      if (outcome === 'ours' && isAt(fd, path)) return { fd, path, created: true, regular: true };
      if (outcome === 'unknown' && path !== shared) return { fd, path, created: true, regular: true };
      closeSync(fd);
      // Where nothing can be locked, each has a file of its own.
      if (outcome === 'unknown') {
        unlinkSync(path);
        path = `${shared}-${process.pid}`;
      }
    }
  } catch (error) {
    throw openError(target, error);
  }
}

let standardOutputLocked = false;

/**
 * Keeps a standard output that is a file locked until the process ends; no lock where the system does not open it a
 * second time.
 */
export function lockStandardOutput(): void {
  if (standardOutputLocked || process.platform !== 'linux' || !fstatSync(1).isFile()) return;
  standardOutputLocked = true;
  let fd: number;
  try {
    fd = openSync('/proc/self/fd/1', O_WRONLY); // with an end of its own, unlike the one that a shell holds
  } catch {
    return;
  }
  locked(fd, 'standard output');
}

function locked(fd: number, path: string): number {
  if (lockFile(fd) === 'taken') throw takenError(path, fd);
  return fd;
}

function takenError(path: string, fd: number) {
  closeSync(fd);
  return outputError(`${path} is being written by another powerlog; end that first, or choose another name`);
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether an open file is still the one of that name. */
function isAt(fd: number, path: string): boolean {
  const [open, there] = [fstatSync(fd), lstatSync(path, { throwIfNoEntry: false })];
  return there !== undefined && there.ino === open.ino && there.dev === open.dev;
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
  ENAMETOOLONG: 'its name, or that of a file beside it, is too long; choose a shorter one',
};

function openError(path: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return outputError(`cannot write ${path}: ${openFailures[code] ?? code}`, error);
}
