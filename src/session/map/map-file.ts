import { inputError } from '../../errors.js';
import { type JsonWords, readJsonFile } from '../../file/json-file.js';
import type { RailMap } from '../../measure/rail-map.js';
import { issueText } from '../../schema/json/issue-text.js';
import { railMapSchema } from '../../schema/rail-map.js';

const words: JsonWords = {
  what: 'the map',
  instead: 'expected {"components": {"cpu": ["eps1", …], …}}',
};

/**
 * Reads a `--map` file: which rails make up each component, and the slot; which rails there are is the board's to say. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the place in the JSON and what is allowed there
 */
export function readRailMap(path: string): RailMap {
  const parsed = railMapSchema.safeParse(readJsonFile(path, words).value);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return parsed.data;
}
