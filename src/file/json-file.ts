import { readFileSync } from 'node:fs';
import { errorText, inputError, systemErrorCode, type UserError } from '../errors.js';
import { parseStrictJson } from '../schema/json/strict-json.js';

/** How a kind of file is spoken of where it is not what it should be. */
export interface JsonWords {
  /** What it is: `the map`. */
  readonly what: string;
  /** Where it is no JSON at all: what stands behind the reason. */
  readonly instead: string;
  /** Where there is no such file. */
  readonly missing?: string;
}

/**
 * Reads a JSON file that a person wrote. Import what imports this lazily: its schema loads zod.
 * @param error What is thrown: bad input where absent
 * @throws UserError where it cannot be read, is no JSON, or says something twice
 */
export function readJsonFile(
  path: string,
  { what, instead, missing = 'no such file' }: JsonWords,
  error: (message: string, cause?: unknown) => UserError = inputError,
): { readonly bytes: Uint8Array; readonly value: unknown } {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const why = systemErrorCode(cause) === 'ENOENT' ? missing : errorText(cause);
    throw error(`${path}: ${what} cannot be read: ${why}`, cause);
  }
  try {
    return { bytes, value: parseStrictJson(bytes) };
  } catch (cause) {
    const [why = ''] = errorText(cause).split('\n');
    throw error(`${path}: ${cause instanceof SyntaxError ? `not JSON (${why}); ${instead}` : why}`, cause);
  }
}
