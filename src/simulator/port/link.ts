import { lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { errorText, outputError, systemErrorCode } from '../../errors.js';

/** A symbolic link that names a port for as long as it is there. */
export interface PortLink {
  /** Removes it, if it is still ours. */
  remove(): void;
}

/**
 * Makes `link` point at `port`. A link that an earlier simulator left behind is replaced, nothing else.
 * @throws UserError (output)
 */
export function placeLink(link: string, port: string): PortLink {
  try {
    if (isPortLink(link)) unlinkSync(link);
    symlinkSync(port, link);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST')
      throw outputError(`--link: '${link}' exists and is not a link to a pseudo-terminal; it is left alone`);
    throw outputError(`--link: '${link}' cannot be made: ${errorText(error)}`, error);
  }
  return {
    remove() {
      try {
        if (readlinkSync(link) === port) unlinkSync(link);
      } catch {
        // Gone already, or somebody else's by now.
      }
    },
  };
}

function isPortLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink() && /^\/dev\/(pts\/|ttys)\d+$/.test(readlinkSync(path));
  } catch {
    return false;
  }
}
