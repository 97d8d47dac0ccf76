import { isAbsolute } from 'node:path';
import { attempt, outputError, usageError } from '../../errors.js';

/** A folder in which no name leads to a file, and none can be made. */
const nowhere = '/proc/self/fdinfo';

/** One that would lead out of any folder, in an option or by itself. */
const leadsUp = /(^|=)\.\.(\/|$)/;

/**
 * In a working folder that has been deleted Node starts no thread, and a relative path leads nowhere. Where there is another such
 * place the first is mended by going there, and absolute paths are as good as ever.
 * @returns what is to be said of that
 * @throws UserError (usage) for a path that would lead somewhere from there
 */
export function leaveDeletedFolder(argv: readonly string[]): string | null {
  if (attempt(() => process.cwd()) !== undefined) return null;
  const up = argv.slice(2).find((word) => leadsUp.test(word));
  if (up !== undefined)
    throw usageError(
      `'${up}': the working folder has been deleted; give an absolute path, or \`cd\` to another`,
    );
  hasLeft = true;
  attempt(() => process.chdir(nowhere));
  return 'the working folder has been deleted: only absolute paths lead anywhere from here';
}

let hasLeft = false;

/** Before folders are made on the way to a path, which Node tries without end where none can be. @throws UserError (outputFailed) */
export function refuseLost(path: string): void {
  if (hasLeft && !isAbsolute(path))
    throw outputError(`cannot write ${path}: the working folder has been deleted; give an absolute path`);
}
