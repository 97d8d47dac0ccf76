import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { CalibrationDocument, Correction } from '../../board/correction.js';
import { inputError, usageError } from '../../errors.js';
import { type JsonWords, readJsonFile } from '../../file/json-file.js';
import { calibrationDocumentSchema } from '../../schema/calibration.js';
import { issueText } from '../../schema/json/issue-text.js';
import type { Calibrations } from './apply.js';

const words: JsonWords = {
  what: 'the calibration',
  instead: 'expected what `powerlog calibrate` writes',
  missing: 'no such file; `powerlog calibrate` makes one',
};

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
  const { bytes, value } = readJsonFile(path, words);
  const parsed = calibrationDocumentSchema.safeParse(value);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return correctionOf(path, bytes, parsed.data);
}

/** A calibration under the name and the digest of its file. */
const correctionOf = (path: string, bytes: Uint8Array, document: CalibrationDocument): Correction => ({
  name: basename(path),
  sha256: createHash('sha256').update(bytes).digest('hex'),
  document,
});
