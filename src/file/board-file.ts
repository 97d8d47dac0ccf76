import { DescriptionError } from '../board/own/description.js';
import { type OwnTable, ownTable } from '../board/own/table.js';
import { inputError } from '../errors.js';
import { issuePlace, issueText, placeText } from '../schema/json/issue-text.js';
import { lineOf } from '../schema/json/json-lines.js';
import { decodedJson } from '../schema/json/strict-json.js';
import { ownBoardSchema } from '../schema/own-board.js';
import { type JsonWords, readJsonFile } from './json-file.js';

const words: JsonWords = { what: "the board's description", instead: 'docs/own-board.md has an example' };

/**
 * Reads the file that describes a user's own board. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the line, the place in the JSON, and what is allowed there
 */
export function readBoardFile(path: string): OwnTable {
  const { bytes, value } = readJsonFile(path, words);
  const where = (place: readonly PropertyKey[]) => `${path}, line ${lineOf(decodedJson(bytes), place)}`;
  const parsed = ownBoardSchema.safeParse(value);
  if (!parsed.success) throw inputError(`${where(issuePlace(parsed.error))}: ${issueText(parsed.error)}`);
  try {
    return ownTable(parsed.data);
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    throw inputError(`${where(error.path)}: ${placeText(error.path)}: ${error.message}`, error);
  }
}
