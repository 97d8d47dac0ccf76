import {
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
} from 'node:fs';
import { outputError, systemErrorCode } from '../../errors.js';
import { takeOwner } from '../owner.js';
import { type OpenedOutput, openForWriting, openUnfinished } from '../safe-open.js';
import { discard, discardAtExit, settle } from './unfinished.js';

/** Where there is no room, what stands there must not be touched. */
const full: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

/** The place of a file that is made at once: written beside it, and put there when it is whole. */
export class Place {
  readonly unfinished: OpenedOutput;
  /** Whether a file stands there that it replaces. */
  readonly isTaken: boolean;
  readonly #target: string;
  /** Open for its lock. */
  readonly #earlier: OpenedOutput | null;
  #isLeft = false;

  private constructor(target: string, earlier: OpenedOutput | null) {
    this.#target = target;
    this.#earlier = earlier;
    this.isTaken = earlier !== null;
    this.unfinished = openUnfinished(target);
    discardAtExit(this.unfinished);
    if (earlier) takeLooks(this.unfinished, fstatSync(earlier.fd));
  }

  /**
   * Null where there is none: a pipe, a device, or a folder that takes no file beside it. That is for `openForWriting`.
   * @throws UserError (outputFailed) where it exists and is not forced, or is being written
   */
  static take(path: string, force: boolean): Place | null {
    const found = lstatSync(path, { throwIfNoEntry: false });
    const isFile = found === undefined || (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
    if (!isFile) return null;
    const earlier = found ? openForWriting(path, force) : null;
    try {
      return new Place(earlier ? realpathSync(path) : path, earlier);
    } catch (error) {
      if (earlier) closeSync(earlier.fd);
      const code = systemErrorCode(error instanceof Error ? error.cause : undefined);
      if (code === undefined || full.has(code)) throw error;
      return null;
    }
  }

  /** @throws UserError (outputFailed) where another file has appeared there */
  fill(): void {
    if (!this.isTaken && existsSync(this.#target))
      throw outputError(`${this.#target} appeared meanwhile, and is not overwritten without --force`);
    renameSync(this.unfinished.path, this.#target);
    settle(this.unfinished);
  }

  /** With all that is open. What has not filled it is removed. */
  leave(isFilled: boolean): void {
    if (this.#earlier && !this.#isLeft) closeSync(this.#earlier.fd);
    this.#isLeft = true;
    if (isFilled) closeSync(this.unfinished.fd);
    else discard(this.unfinished);
  }
}

/** Of the file that it replaces: whoever could read that reads this. */
function takeLooks({ fd }: OpenedOutput, earlier: Stats): void {
  try {
    takeOwner(fd, earlier);
    fchmodSync(fd, earlier.mode & 0o777);
  } catch {
    // Some file systems know neither.
  }
}
