import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorText, outputError, systemErrorCode, UserError } from '../../errors.js';
import { lockFile } from '../../file/file-lock.js';
import { segmentsAmong } from './segment.js';

const lockName = 'lock';

/** Whether it is a folder that a spool has been in. */
export function isSpool(path: string): boolean {
  try {
    const names = readdirSync(path);
    return names.includes(lockName) || segmentsAmong(path, names).length > 0;
  } catch {
    return false;
  }
}

/** A spool's folder, which one process has at a time. */
export class SpoolFolder {
  readonly #lockFd: number;

  /** @throws UserError (outputFailed) where it can't be had, or another process has it */
  constructor(readonly path: string) {
    let lockFd: number | undefined;
    try {
      if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
      if (!lstatSync(path).isDirectory()) throw outputError(`${path} is no folder; a spool needs its own`);
      lockFd = openSync(join(path, lockName), 'a', 0o600);
      if (lockFile(lockFd) === 'taken')
        throw outputError(`the spool ${path} is in use by another powerlog; wait for its end`);
      this.#lockFd = lockFd;
    } catch (error) {
      if (lockFd !== undefined) closeSync(lockFd);
      if (error instanceof UserError) throw error;
      throw outputError(
        `cannot use ${path} as a spool: ${systemErrorCode(error) ?? errorText(error)}`,
        error,
      );
    }
  }

  /** Of an earlier process. */
  segments(): readonly { readonly firstSeq: number; readonly path: string }[] {
    return segmentsAmong(this.path, readdirSync(this.path));
  }

  release(): void {
    closeSync(this.#lockFd);
  }

  /** What somebody else put there stays. */
  remove(): void {
    try {
      unlinkSync(join(this.path, lockName));
      rmdirSync(this.path);
    } catch {
      // It is not ours alone.
    }
    this.release();
  }
}
