import { constants, existsSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { outputError, systemErrorCode } from '../errors.js';
import type { Summary } from '../measure/summary.js';
import { checkDirectory } from './safe-open.js';

/**
 * Where the summary of an output goes: `run.summary.json` beside `run.csv` or `run.csv.gz`. Null beside standard output,
 * pipes and devices, where there is no place.
 */
export function summaryPathFor(output: string): string | null {
  if (output === '-') return null;
  const found = statSync(output, { throwIfNoEntry: false });
  if (found && !found.isFile()) return null;
  const stem = basename(output)
    .replace(/\.gz$/, '')
    .replace(/(?<=.)\.[^.]+$/, '');
  return join(dirname(output), `${stem}.summary.json`);
}

export interface SummaryOptions {
  readonly path: string;
  /** Overwrites what exists. */
  readonly force: boolean;
  /** Waits until the disk has it: where it can't be made again. */
  readonly durable: boolean;
}

/** The place of a summary: looked at before the measurement, written after it, whole or not at all. */
export class SummaryFile {
  readonly path: string;
  readonly #durable: boolean;

  /** @throws UserError (outputFailed) where it exists and is not forced, or its directory takes no files. */
  constructor({ path, force, durable }: SummaryOptions) {
    this.path = path;
    this.#durable = durable;
    if (!force && existsSync(path))
      throw outputError(`${path} exists; choose another name, or overwrite it with --force`);
    checkDirectory(path);
  }

  /** @throws UserError (outputFailed) */
  async write(summary: Summary): Promise<void> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
    const name = `.${basename(this.path)}.${process.pid}-${Math.random().toString(36).slice(2)}`;
    const unfinished = join(dirname(this.path), name);
    try {
      const file = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
      try {
        await file.writeFile(summaryText(summary));
        if (this.#durable) await file.datasync();
      } finally {
        await file.close();
      }
      renameSync(unfinished, this.path);
    } catch (error) {
      removeIfThere(unfinished);
      throw outputError(
        `cannot write ${this.path}: ${systemErrorCode(error) ?? String(error)}; the samples are not affected`,
        error,
      );
    }
  }
}

/** The file's text. */
export const summaryText = (summary: Summary): string => `${JSON.stringify(summary, null, 2)}\n`;

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
