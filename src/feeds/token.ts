import { readFileSync } from 'node:fs';
import { errorText, systemErrorCode, usageError } from '../errors.js';

/** Longer ones are no token, but some other file. */
const mostCharacters = 4096;

/** Where a token stands, if somewhere: never on the command line, which everybody on the machine can read. */
export interface TokenPlaces {
  /** Of the environment. */
  readonly variable: string;
  readonly option: string;
  readonly path?: string | undefined;
}

/**
 * The token in a file, or else in the environment; null where there is none. What it is stands in no message.
 * @throws UserError (usage) where the file cannot be read, or what is there is no token
 */
export function readToken({ variable, option, path }: TokenPlaces): string | null {
  const where = path === undefined ? variable : `${option} ${path}`;
  const text = (path === undefined ? process.env[variable] : contentOf(path, where))?.trim();
  if (path === undefined && (text === undefined || text === '')) return null;
  if (text === undefined || !/^[\x21-\x7e]+$/.test(text) || text.length > mostCharacters)
    throw usageError(
      `${where}: no token stands there; expected one word of printable ASCII, and nothing else`,
    );
  return text;
}

function contentOf(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = readFaults[systemErrorCode(error) ?? ''] ?? errorText(error);
    throw usageError(`${where}: ${why}; name a file that holds the token`);
  }
}

const readFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
};
