import { boards } from '../board/catalogue.js';
import { errorText, inputError } from '../errors.js';
import { type JsonWords, readJsonFile } from '../file/json-file.js';
import { type RailMap, resolveWiring } from '../measure/rail-map.js';
import { issueText } from '../schema/json/issue-text.js';
import { railMapSchema } from '../schema/rail-map.js';

const words: JsonWords = {
  what: 'the map',
  instead: 'expected {"components": {"cpu": ["eps1", …], …}}',
};

/**
 * Reads a `--map` file: which rails make up each component, and the slot. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the place in the JSON and what is allowed there
 */
export function readRailMap(path: string): RailMap {
  const parsed = railMapSchema.safeParse(readJsonFile(path, words).value);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  checkRails(path, parsed.data);
  return parsed.data;
}

/** A map that fits none of the boards is wrong by itself, whichever is plugged in. */
function checkRails(path: string, map: RailMap): void {
  let failure: unknown;
  for (const board of boards) {
    try {
      resolveWiring(board, map);
      return;
    } catch (error) {
      failure ??= error;
    }
  }
  throw inputError(`${path}: ${errorText(failure)}`, failure);
}
