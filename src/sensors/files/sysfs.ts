import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

/** Names in a directory, in the order of their numbers; none where it is not there. */
export function entries(directory: string): string[] {
  try {
    return readdirSync(directory).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

/** A short text attribute; null where it is not there or empty. */
export function attribute(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** The last part of where a link leads, such as a PCI address; null where it leads nowhere. */
export function linkTarget(path: string): string | null {
  try {
    return basename(realpathSync(path));
  } catch {
    return null;
  }
}

/** As a part of a column's name. */
export const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

/** A file of sysfs that holds one whole number. It stays open, since opening costs more than reading. */
export class NumberFile {
  readonly #fd: number;
  readonly #bytes = Buffer.alloc(64);

  /** @throws what the system says where it may not be read or is not there */
  constructor(readonly path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** NaN where it holds no number. @throws what the driver says */
  read(): number {
    const length = readSync(this.#fd, this.#bytes, 0, this.#bytes.length, 0);
    return wholeNumber(this.#bytes, length);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

const [zero, minus, newline] = [0x30, 0x2d, 0x0a] as const;

/** Straight from the bytes, since it is done some tens of times a second. */
function wholeNumber(bytes: Uint8Array, length: number): number {
  const end = bytes[length - 1] === newline ? length - 1 : length;
  const begin = bytes[0] === minus ? 1 : 0;
  let value = 0;
  for (let n = begin; n < end; n++) {
    const digit = bytes[n]! - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  if (end <= begin) return Number.NaN;
  return begin === 1 ? -value : value;
}
