import { readFileSync, statSync } from 'node:fs';
import { systemErrorCode, usageError } from '../errors.js';

/** A longer one is none, but some other file. */
const mostBytes = 4096;

/** Where a secret stands, if somewhere: never on the command line, which everybody on the machine can read. */
export interface SecretPlaces {
  /** Of the environment, which is read where no file is named. */
  readonly variable: string;
  readonly option: string;
  readonly path?: string | undefined;
}

/** What a secret looks like. */
export interface SecretKind {
  /** `token`, `password`. */
  readonly name: string;
  readonly pattern: RegExp;
  /** What it should be, in words. */
  readonly expected: string;
}

export const token: SecretKind = {
  name: 'token',
  pattern: /^[\x20-\x7e]+$/,
  expected: 'one line of printable ASCII',
};

/**
 * A secret, without the end of its line; null where there is none. What it is stands in no message.
 * @throws UserError (usage) where the file can't be read, or what is there is no such secret
 */
export function readSecret({ variable, option, path }: SecretPlaces, kind: SecretKind): string | null {
  const where = path === undefined ? variable : `${option} ${path}`;
  const text = path === undefined ? process.env[variable] : readTextFile(option, path, mostBytes);
  const secret = text?.replace(/\r?\n$/, '') ?? '';
  if (secret === '') {
    if (path !== undefined) throw usageError(`${where} is empty; it should hold the ${kind.name}`);
    return null;
  }
  if (!kind.pattern.test(secret))
    throw usageError(`${where} holds no ${kind.name}: ${kind.expected} was expected, and nothing else`);
  return secret;
}

/** A file that the command line names. @throws UserError (usage) where it can't be read, or is longer than it can be */
export function readTextFile(option: string, path: string, most: number): string {
  try {
    if (statSync(path).size > most) throw usageError(`${option} ${path} is too large for what it should be`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw usageError(`${option} ${path} cannot be read: ${readFaults[code] ?? code}`);
  }
}

const readFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a directory',
};
