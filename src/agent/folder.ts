import { mkdirSync } from 'node:fs';
import { errorText, outputError } from '../errors.js';

/** Makes a folder where there is none. @param where the configuration names it @throws UserError (outputFailed) */
export function makeFolder(folder: string, where: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw outputError(`${where} ${folder} cannot be made: ${errorText(error)}`, error);
  }
}
