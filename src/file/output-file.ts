import { close, fdatasync, fstatSync, ftruncateSync, unlinkSync, write } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isWriteFailure, outputError, systemErrorCode, writeFailureText } from '../errors.js';
import { plural } from '../units.js';
import { lockStandardOutput, type OpenedOutput, openForWriting } from './safe-open.js';
import { Place } from './whole/place.js';

const writeSome = promisify(write);
/** Loaded when it is wanted: most outputs are not compressed. */
const compress = async (bytes: Uint8Array): Promise<Uint8Array> =>
  promisify((await import('node:zlib')).gzip)(bytes);
const closeFile = promisify(close);
const toDisk = promisify(fdatasync);

/** The reader of standard output, or of the pipe that was given, has gone: nothing is wrong, but there is no one to write for. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Of an output whose reader may have read enough: what else there is to do goes on. */
export async function unlessReaderGone(written: Promise<void> | undefined): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}

export interface OutputOptions {
  /** `-` is standard output; a name that ends in `.gz` is compressed. */
  readonly path: string;
  /** Overwrites what exists. */
  readonly force: boolean;
  /** Asks the disk about once a second to keep what it was given: for what can't be made again. */
  readonly durable?: boolean;
  /**
   * What is whole or torn: a line, all of a write, for blocks of bytes, or the file, which is then made beside its place, and put
   * there when it is closed.
   */
  readonly unit?: 'line' | 'block' | 'file';
}

const standardOutput: OpenedOutput = { fd: 1, path: '-', created: false, regular: false };
const newline = 0x0a;
/** Less than the turns in which a live board's samples come, so that none of them is left for the next. */
const syncEveryMs = 700;
const waitMs = { first: 1, longest: 20 };

/**
 * A file of lines or blocks. It is opened, and where it is new made, at once; what a forced file held is dropped with the
 * first write, or, where it is of use only whole, with the last. Each write is whole lines, and after a failed one the file is cut back to its last whole line.
 */
export class OutputFile {
  readonly path: string;
  /** For messages. */
  readonly name: string;
  /** Whole lines or blocks that have been handed to the system. */
  lines = 0;
  readonly #file: OpenedOutput;
  readonly #place: Place | null = null;
  readonly #compressed: boolean;
  readonly #durable: boolean;
  readonly #unit: 'line' | 'block' | 'file';
  #bytes = 0;
  #began = false;
  #syncing: Promise<void> | undefined;
  #syncFailure: unknown;
  #nextSyncMs = 0;

  /** @throws UserError (outputFailed) where it can't be opened, or exists and is not forced. */
  constructor({ path, force, durable = false, unit = 'line' }: OutputOptions) {
    this.path = path;
    this.#unit = unit;
    this.name = path === '-' ? 'standard output' : path;
    if (unit === 'file' && path !== '-') this.#place = Place.take(path, force);
    this.#file = path === '-' ? standardOutput : (this.#place?.unfinished ?? openForWriting(path, force));
    if (path === '-') lockStandardOutput();
    this.#compressed = path.endsWith('.gz');
    this.#durable = durable && this.#file.regular;
  }

  /** False for standard output, pipes and devices. */
  get regular(): boolean {
    return this.#file.regular;
  }

  /**
   * Resolves when the system has taken all of it; the next write must await that.
   * @throws UserError (outputFailed), ReaderGone
   */
  async write(text: Uint8Array, lines: number): Promise<void> {
    this.#begin();
    // One gzip member a write: each is whole by itself, so that a cut file loses no more than its last.
    const bytes = this.#compressed ? await compress(text) : text;
    let done = 0;
    let wait = waitMs.first;
    while (done < bytes.length) {
      try {
        const { bytesWritten } = await writeSome(this.#file.fd, bytes, done, bytes.length - done, null);
        done += bytesWritten;
        wait = waitMs.first;
      } catch (error) {
        const code = systemErrorCode(error);
        if (code === 'EPIPE') throw new ReaderGone(`${this.name}: the reader has gone`, { cause: error });
        if (code !== 'EAGAIN') throw this.#failed(code ?? String(error), bytes.subarray(0, done), error);
        await sleep(wait);
        wait = Math.min(2 * wait, waitMs.longest);
      }
    }
    this.#bytes += bytes.length;
    this.lines += lines;
    this.#keepOnDisk();
  }

  /** Closes it. A new file that nothing was written to is removed. */
  async close(): Promise<void> {
    if (this.#file === standardOutput) return;
    await this.#syncing;
    if (this.#began && (this.#durable || this.#place?.isTaken)) await this.#sync();
    if (this.#place) {
      this.#settle(this.#place);
      return;
    }
    // Some file systems only say here that they could not keep what they took.
    await closeFile(this.#file.fd).catch((error) => {
      throw this.#notKept(error);
    });
    if (this.#file.created && !this.#began) unlinkSync(this.#file.path);
    if (this.#syncFailure) throw this.#notKept(this.#syncFailure);
  }

  #settle(place: Place): void {
    const isWhole = this.#began && !this.#syncFailure;
    try {
      if (isWhole) place.fill();
      place.leave(isWhole);
      if (this.#syncFailure) throw this.#syncFailure;
    } catch (error) {
      place.leave(false);
      const code = systemErrorCode(error);
      throw code === undefined ? error : this.#nothingKept(code, error);
    }
  }

  #begin(): void {
    if (!this.#began && this.#file.regular && !this.#file.created) ftruncateSync(this.#file.fd);
    this.#began = true;
  }

  /** In the background: a slow disk must not hold up the next rows. */
  #keepOnDisk(): void {
    const now = performance.now();
    if (!this.#file.regular || now < this.#nextSyncMs) return;
    this.#nextSyncMs = now + syncEveryMs;
    if (fstatSync(this.#file.fd).nlink === 0)
      throw outputError(`${this.name} was removed while it was being written; what it held is lost`);
    if (this.#syncFailure) throw this.#notKept(this.#syncFailure);
    if (!this.#durable || this.#syncing) return;
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = undefined;
    });
  }

  async #sync(): Promise<void> {
    try {
      await toDisk(this.#file.fd);
    } catch (error) {
      // Others, such as EINVAL, say that there is nothing to ask.
      if (isWriteFailure(systemErrorCode(error))) this.#syncFailure = error;
    }
  }

  #notKept(error: unknown): unknown {
    const code = systemErrorCode(error) ?? String(error);
    return outputError(
      `the disk could not keep all of ${this.name}: ${writeFailureText(code)}; its end may be missing`,
      error,
    );
  }

  /** A file is of use only whole: one that was new is removed when it is closed. */
  #drop(): void {
    try {
      ftruncateSync(this.#file.fd, 0);
      this.#began = false;
    } catch {
      // What there is stays.
    }
  }

  #nothingKept(code: string, cause: unknown): unknown {
    const earlier = this.#place?.isTaken ? ', and what was there stays' : '';
    return outputError(
      `cannot write ${this.name}: ${writeFailureText(code)}; nothing of it is kept${earlier}`,
      cause,
    );
  }

  #failed(code: string, written: Uint8Array, cause: unknown): unknown {
    const what = writeFailureText(code);
    if (!this.#file.regular) return outputError(`cannot write ${this.name}: ${what}`, cause);
    if (this.#unit === 'file') {
      this.#drop();
      return this.#nothingKept(code, cause);
    }
    const whole = this.#compressed || this.#unit === 'block' ? 0 : written.lastIndexOf(newline) + 1;
    this.#bytes += whole;
    for (let n = 0; n < whole; n++) if (written[n] === newline) this.lines++;
    try {
      ftruncateSync(this.#file.fd, this.#bytes);
    } catch {
      return outputError(`cannot write ${this.name}: ${what}; its last ${this.#unit} may be torn`, cause);
    }
    return outputError(`cannot write ${this.name}: ${what}; ${wholeText(this.lines, this.#unit)}`, cause);
  }
}

function wholeText(count: number, unit: string): string {
  if (count === 0) return `no ${unit} of it is kept`;
  return count === 1
    ? `its first ${unit} is whole and kept`
    : `its first ${plural(count, unit)} are whole and kept`;
}
