import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText, outputError } from '../../errors.js';
import { makeTemporaryFolder } from '../../file/folder/temporary-folder.js';

/** Where the file system tells nobody of changes, this is how late a line without a time may be seen. */
const pollMs = 500;
/** A file's times may be this much too early: a tick of the kernel's. */
const fileClockMs = 10;

/** Takes the file's bytes, seen at `seenNs` on CLOCK_MONOTONIC; the bytes are only lent. */
type MarksListener = (bytes: Uint8Array, seenNs: bigint) => void;

/**
 * The file that the child appends its marks to. It lies in a directory of its own that nobody else can enter, so
 * nobody else can have planted a link there. Following it costs nothing while nothing is written.
 */
export class MarksFile {
  /** Says that the child cut the file short; known after `finish`. */
  truncated = false;

  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #offset = 0;
  #lookedNs = process.hrtime.bigint();
  #reading: Promise<void> = Promise.resolve();
  #pending = false;

  readonly #directory: string;
  readonly #file: FileHandle;
  readonly #listener: MarksListener;

  private constructor(
    readonly path: string,
    directory: string,
    file: FileHandle,
    listener: MarksListener,
  ) {
    this.#directory = directory;
    this.#file = file;
    this.#listener = listener;
    try {
      this.#watcher = watch(path, { persistent: false }, () => this.#look());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // No watches left, or a file system without them: the timer looks.
    }
    this.#timer = setInterval(() => this.#look(), pollMs);
    this.#timer.unref();
  }

  /** @throws UserError (output failed) where the temporary directory cannot be written */
  static async create(listener: MarksListener): Promise<MarksFile> {
    try {
      const directory = await makeTemporaryFolder();
      const path = join(directory, 'marks');
      const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
      try {
        const file = await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        return new MarksFile(path, directory, file, listener);
      } catch (error) {
        await rm(directory, { recursive: true, force: true });
        throw error;
      }
    } catch (error) {
      throw outputError(`the file for marks cannot be made in ${tmpdir()}: ${errorText(error)}`, error);
    }
  }

  /** Reads what is there now, removes the file, and lets go of it. What comes later is nobody's. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    this.#watcher?.close();
    await this.#reading;
    try {
      await this.#read();
    } finally {
      await this.#file.close();
      await rm(this.#directory, { recursive: true, force: true });
    }
  }

  /** One reading at a time; a change during one is read after it. */
  #look(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.#reading = this.#reading.then(() => {
      this.#pending = false;
      // What cannot be read now is tried again, and for good by `finish`.
      return this.#read().catch(() => {});
    });
  }

  /** Up to the size it has now, so that a writer without end holds nothing up. */
  async #read(): Promise<void> {
    const lookNs = process.hrtime.bigint();
    const { size, mtimeMs } = await this.#file.stat();
    if (size < this.#offset) {
      this.truncated = true;
      this.#offset = 0;
    }
    while (this.#offset < size) {
      const length = Math.min(this.#buffer.length, size - this.#offset);
      const { bytesRead } = await this.#file.read(this.#buffer, 0, length, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#listener(this.#buffer.subarray(0, bytesRead), this.#seenNs(mtimeMs));
    }
    this.#lookedNs = lookNs;
  }

  /** Now, or, where this comes late to it, when the file was last written: not before it was last looked at. */
  #seenNs(mtimeMs: number): bigint {
    const nowNs = process.hrtime.bigint();
    const lateMs = Date.now() - mtimeMs - fileClockMs;
    if (lateMs < 0) return nowNs;
    const writtenNs = nowNs - BigInt(Math.round(lateMs * 1e6));
    return writtenNs > this.#lookedNs ? writtenNs : this.#lookedNs;
  }
}
