import { constants, openSync, readSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { errorText, inputError, systemErrorCode } from '../errors.js';

/** Bytes from the front to the back: a file, standard input, or either of them decompressed. */
export interface ByteInput {
  /** For messages: the path, or `standard input`. */
  readonly name: string;
  readonly compressed: boolean;
  /** Set once the compressed data turned out broken; what came before it is what it gave. */
  readonly fault: string | null;
  /** How compressed data ends where it does not end well; known at the end. */
  readonly tear: GzipTear | null;
  /** Fills `into` from its start and resolves with how many bytes came; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** How compressed data ends where that is not behind a whole member. */
export interface GzipTear {
  /**
   * `cut`: inside a member, or with NULs from there on. `behind`: with bytes behind the last member that are none.
   * `broken`: with a member that contradicts itself.
   */
  readonly kind: 'cut' | 'behind' | 'broken';
  /** What is there, in words. */
  readonly what: string;
  /** Where the last whole member ends, in bytes of the file. */
  readonly fileBytes: number;
  /** Where the last whole member ends, in bytes of what the file holds. */
  readonly heldBytes: number;
  /** Bytes of what it holds that do not come from a last NUL, which may never have been written. */
  readonly sureBytes: number;
  /** Of `behind`: the first of the bytes that are no NULs, and where they stand in the file. */
  readonly behind: { readonly at: number; readonly bytes: Uint8Array } | null;
}

const openFaults: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'not allowed to read it',
  EISDIR: 'a directory, expected a file',
  ENOTDIR: 'no such file',
};

/**
 * Opens a file, or standard input for `-`, and decompresses gzip, told by its first two bytes.
 * @throws UserError (badInput) where it cannot be read.
 */
export async function openByteInput(path: string): Promise<ByteInput> {
  const raw =
    path === '-'
      ? new StreamInput('standard input', process.stdin)
      : ((await openPipe(path)) ?? (await FileInput.open(path)));
  try {
    const head = new Uint8Array(2);
    let count = 0;
    while (count < head.length) {
      const got = await raw.read(head.subarray(count));
      if (got === 0) break;
      count += got;
    }
    const whole = withHead(raw, head.subarray(0, count));
    if (count < 2 || head[0] !== 0x1f || head[1] !== 0x8b) return whole;
    const { GzipInput } = await import('./gzip/gzip-input.js');
    return new GzipInput(whole);
  } catch (error) {
    await raw.close();
    throw error;
  }
}

/**
 * A named pipe, without waiting for its other end: a thread that waits in the system for somebody to open it is ended by no signal
 * that we heed, and keeps the process.
 */
async function openPipe(path: string): Promise<StreamInput | null> {
  try {
    if (!statSync(path).isFIFO()) return null;
    const { Socket } = await import('node:net'); // few inputs are one
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    return new StreamInput(path, new Socket({ fd, readable: true, writable: false }));
  } catch (error) {
    throw readError(path, error);
  }
}

class FileInput implements ByteInput {
  readonly compressed = false;
  readonly fault = null;
  readonly tear = null;

  private constructor(
    readonly name: string,
    readonly handle: FileHandle,
    /** A file on a disk is read at once, which takes less time than asking another thread; a pipe may keep us waiting. */
    readonly regular: boolean,
  ) {}

  static async open(path: string): Promise<FileInput> {
    try {
      const handle = await open(path, 'r');
      return new FileInput(path, handle, (await handle.stat()).isFile());
    } catch (error) {
      throw readError(path, error);
    }
  }

  async read(into: Uint8Array): Promise<number> {
    try {
      if (this.regular) return readSync(this.handle.fd, into, 0, into.length, null);
      return (await this.handle.read(into, 0, into.length, null)).bytesRead;
    } catch (error) {
      throw readError(this.name, error);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

class StreamInput implements ByteInput {
  readonly compressed = false;
  readonly fault = null;
  readonly tear = null;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array(0);

  constructor(
    readonly name: string,
    readonly stream: Readable,
  ) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#left.length === 0) {
      try {
        const { value, done } = await this.#chunks.next();
        if (done) return 0;
        this.#left = value;
      } catch (error) {
        throw readError(this.name, error);
      }
    }
    const count = Math.min(into.length, this.#left.length);
    into.set(this.#left.subarray(0, count));
    this.#left = this.#left.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    this.stream.destroy();
  }
}

/** An input that begins with what was read of it already. */
export function withHead(input: ByteInput, head: Uint8Array): ByteInput {
  let left = head;
  return {
    name: input.name,
    compressed: input.compressed,
    get fault() {
      return input.fault;
    },
    get tear() {
      return input.tear;
    },
    async read(into) {
      if (left.length === 0) return input.read(into);
      const count = Math.min(into.length, left.length);
      into.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
    close: () => input.close(),
  };
}

function readError(path: string, error: unknown) {
  const known = openFaults[systemErrorCode(error) ?? ''];
  return inputError(`${path}: cannot be read: ${known ?? errorText(error)}`, error);
}
