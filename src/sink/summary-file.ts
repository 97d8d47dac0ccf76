import { closeSync, existsSync, fdatasync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { outputError, systemErrorCode, writeFailureText } from '../errors.js';
import { takeOwner } from '../file/owner.js';
import { type OpenedOutput, openUnfinished } from '../file/safe-open.js';
import { discard, discardAtExit, settle } from '../file/whole/unfinished.js';
import type { RepairedSummary, Summary } from '../measure/summary.js';

/**
 * Where the summary of an output goes: `run.summary.json` beside `run.csv` or `run.csv.gz`. Null beside standard output,
 * pipes and devices, where there is no place.
 */
export function summaryPathFor(output: string): string | null {
  if (output === '-') return null;
  if (isNoFile(output)) return null;
  const stem = basename(output)
    .replace(/\.gz$/, '')
    .replace(/(?<=.)\.[^.]+$/, '');
  return join(dirname(output), `${stem}.summary.json`);
}

/** Whether it is a pipe, a device or a directory; opening it tells what cannot be looked at. */
function isNoFile(path: string): boolean {
  try {
    return !(statSync(path, { throwIfNoEntry: false })?.isFile() ?? true);
  } catch {
    return false;
  }
}

interface SummaryOptions {
  readonly path: string;
  /** Overwrites what exists. */
  readonly force: boolean;
  /** Waits until the disk has it: where it can't be made again. */
  readonly durable: boolean;
  /** Whose owner it gets: a file that is there. */
  readonly like?: string;
}

/**
 * The place of a summary: taken before the measurement, by a file beside it that holds the lock; filled after it, whole or
 * not at all.
 */
export class SummaryFile {
  readonly path: string;
  readonly #durable: boolean;
  readonly #unfinished: OpenedOutput;
  /** @throws UserError (outputFailed) where it exists and is not forced, is being written, or can't be made. */
  constructor({ path, force, durable, like }: SummaryOptions) {
    this.path = path;
    this.#durable = durable;
    if (!force && existsSync(path))
      throw outputError(`${path} exists; choose another name, or overwrite it with --force`);
    this.#unfinished = openUnfinished(path);
    discardAtExit(this.#unfinished);
    try {
      if (like !== undefined) takeOwner(this.#unfinished.fd, statSync(like));
    } catch (error) {
      discard(this.#unfinished);
      throw outputError(`cannot write ${path}: its owner cannot be that of ${like}`, error);
    }
  }

  /** Called once. @throws UserError (outputFailed) */
  async write(summary: Summary | RepairedSummary): Promise<void> {
    const { fd, path } = this.#unfinished;
    try {
      writeFileSync(fd, summaryText(summary));
      if (this.#durable) await promisify(fdatasync)(fd);
      renameSync(path, this.path);
    } catch (error) {
      discard(this.#unfinished);
      throw outputError(
        `cannot write ${this.path}: ${writeFailureText(systemErrorCode(error) ?? String(error))}; nothing of it is kept`,
        error,
      );
    }
    settle(this.#unfinished);
    closeSync(fd);
  }
}

/** The file's text. */
const summaryText = (summary: Summary | RepairedSummary): string => `${JSON.stringify(summary, null, 2)}\n`;
