import { readFileSync } from 'node:fs';
import { boards } from '../board/catalogue.js';
import { errorText, inputError, systemErrorCode } from '../errors.js';
import { type RailMap, resolveWiring } from '../measure/rail-map.js';
import { issueText } from '../schema/json/issue-text.js';
import { parseStrictJson } from '../schema/json/strict-json.js';
import { railMapSchema } from '../schema/rail-map.js';

/**
 * Reads a `--map` file: which rails make up each component, and the slot. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the place in the JSON and what is allowed there
 */
export function readRailMap(path: string): RailMap {
  const parsed = railMapSchema.safeParse(parse(path, contents(path)));
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

function contents(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw inputError(
      `${path}: the map cannot be read: ${missing ? 'no such file' : errorText(error)}`,
      error,
    );
  }
}

function parse(path: string, json: Uint8Array): unknown {
  try {
    return parseStrictJson(json);
  } catch (error) {
    const what = errorText(error).split('\n')[0];
    if (!(error instanceof SyntaxError)) throw inputError(`${path}: ${what}`, error);
    throw inputError(`${path}: not JSON (${what}); expected {"components": {"cpu": ["eps1", …], …}}`, error);
  }
}
