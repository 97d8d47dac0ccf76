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

const digits = /^\s*(-?\d+)\s*$/;

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
    const text = digits.exec(this.#bytes.toString('latin1', 0, length))?.[1];
    return text === undefined ? Number.NaN : Number(text);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
