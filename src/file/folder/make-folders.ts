import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, outputError, systemErrorCode, writeFailureText } from '../../errors.js';

interface FolderOptions {
  /** For messages. */
  readonly what?: string;
  /** What to do about it where it cannot be made, for messages. */
  readonly instead?: string;
  /** Of those that are made; what the umask allows, where absent. */
  readonly mode?: number;
}

/**
 * Makes a folder, and those above it that are not there. Node's own way of that never ends where the system says of a folder that is
 * there that nothing can be made in it, as of `/proc` and of one that was deleted.
 * @throws UserError (outputFailed)
 */
export function makeFolders(path: string, { what = 'the folder', instead, mode }: FolderOptions = {}): void {
  try {
    const missing: string[] = [];
    for (let at = path; !isThere(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
    // One that is there may be something else, which the system then says.
    for (const each of missing.length > 0 ? missing : [path]) makeFolder(each, mode);
  } catch (error) {
    const code = systemErrorCode(error) ?? errorText(error);
    const why = `${what} ${path} cannot be made: ${failures[code] ?? writeFailureText(code)}`;
    throw outputError(instead === undefined ? why : `${why}; ${instead}`, error);
  }
}

function makeFolder(path: string, mode: number | undefined): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // It was there, or somebody else made it meanwhile.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const failures: Readonly<Record<string, string>> = {
  EEXIST: 'a file has that name',
  ENOTDIR: 'a file has that name',
  ENOENT: 'in the folder above it nothing can be made',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'symbolic links on the way go round in circles',
};
