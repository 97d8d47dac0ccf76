import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CalibrationDocument, Correction } from '../../board/correction.js';
import { errorText, inputError, systemErrorCode, usageError } from '../../errors.js';
import { calibrationDocumentSchema } from '../../schema/calibration.js';
import { issueText } from '../../schema/json/issue-text.js';
import { parseStrictJson } from '../../schema/json/strict-json.js';
import type { Calibrations } from './apply.js';

/**
 * What `--calibration` names: files, or `none`. Import this file lazily: it loads zod.
 * @throws UserError (badInput) that names the place in the JSON and what is allowed there; (usage) for `none` beside a file
 */
export function readCalibrations(names: readonly string[] = []): Calibrations {
  if (names.length === 1 && names[0] === 'none') return 'none';
  if (names.includes('none'))
    throw usageError(
      "--calibration none takes what the board says as it is: leave it out, or the file's name",
    );
  return names.map(readCorrection);
}

/** @throws UserError (badInput) */
export function readCorrection(path: string): Correction {
  const bytes = contents(path);
  const parsed = calibrationDocumentSchema.safeParse(json(path, bytes));
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return correctionOf(path, bytes, parsed.data);
}

/** A calibration under the name and the digest of its file. */
export const correctionOf = (path: string, bytes: Uint8Array, document: CalibrationDocument): Correction => ({
  name: basename(path),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  document,
});

function contents(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw inputError(
      `${path}: the calibration cannot be read: ${missing ? 'no such file; `powerlog calibrate` makes one' : errorText(error)}`,
      error,
    );
  }
}

function json(path: string, bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes);
  } catch (error) {
    const what = errorText(error).split('\n')[0];
    if (!(error instanceof SyntaxError)) throw inputError(`${path}: ${what}`, error);
    throw inputError(`${path}: not JSON (${what}); expected what \`powerlog calibrate\` writes`, error);
  }
}
