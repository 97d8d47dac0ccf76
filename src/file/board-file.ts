import { readFileSync } from 'node:fs';
import { DescriptionError } from '../board/own/description.js';
import { type OwnTable, ownTable } from '../board/own/table.js';
import { errorText, inputError, systemErrorCode } from '../errors.js';
import { issuePlace, issueText, placeText } from '../schema/json/issue-text.js';
import { lineOf } from '../schema/json/json-lines.js';
import { decodedJson, parseStrictJson } from '../schema/json/strict-json.js';
import { ownBoardSchema } from '../schema/own-board.js';

/**
 * Reads the file that describes a user's own board. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the line, the place in the JSON, and what is allowed there
 */
export function readBoardFile(path: string): OwnTable {
  const bytes = contents(path);
  const json = parse(path, bytes);
  const where = (place: readonly PropertyKey[]) => `${path}, line ${lineOf(decodedJson(bytes), place)}`;
  const parsed = ownBoardSchema.safeParse(json);
  if (!parsed.success) throw inputError(`${where(issuePlace(parsed.error))}: ${issueText(parsed.error)}`);
  try {
    return ownTable(parsed.data);
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    throw inputError(`${where(error.path)}: ${placeText(error.path)}: ${error.message}`, error);
  }
}

function contents(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw inputError(
      `${path}: the board's description cannot be read: ${missing ? 'no such file' : errorText(error)}`,
      error,
    );
  }
}

function parse(path: string, json: Uint8Array): unknown {
  try {
    return parseStrictJson(json);
  } catch (error) {
    const what = errorText(error).split('\n')[0];
    throw inputError(
      `${path}: ${error instanceof SyntaxError ? `not JSON (${what}); docs/own-board.md has an example` : what}`,
      error,
    );
  }
}
