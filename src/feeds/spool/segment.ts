import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeRecord, placeOfRecord, type RecordPlace, type SpoolRecord } from './record.js';

const { O_RDWR, O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;

/** The name is the number of its first record, so that names stand in the records' order. */
const digits = 16;
const pattern = /^(\d{16})\.records$/;

/** Those that a folder's names tell of: first record and path, in their order. */
export const segmentsAmong = (
  folder: string,
  names: readonly string[],
): { firstSeq: number; path: string }[] =>
  names
    .flatMap((name) => {
      const found = pattern.exec(name);
      return found ? [{ firstSeq: Number(found[1]), path: join(folder, name) }] : [];
    })
    .sort((a, b) => a.firstSeq - b.firstSeq);

/** A record of a segment, and what became of it. */
export interface SegmentEntry extends RecordPlace {
  readonly seq: number;
  /** When it was last acknowledged, ms of the monotonic clock; null where it has to be sent. */
  acknowledgedMs: number | null;
  /** It has been acknowledged at some time. */
  hasArrived: boolean;
}

/** A file of records, one behind the other: what is cut at its end is no record. */
export class Segment {
  readonly entries: SegmentEntry[] = [];
  /** Of whole records. */
  bytes = 0;
  /** What stands behind the last whole record: cut while it was written, or altered since. */
  readonly tornBytes: number;
  readonly #fd: number;
  readonly #path: string;
  readonly #firstSeq: number;

  private constructor(fd: number, path: string, firstSeq: number) {
    this.#fd = fd;
    this.#path = path;
    this.#firstSeq = firstSeq;
    const bytes = readFileSync(fd);
    for (let place = placeOfRecord(bytes, 0); place; place = placeOfRecord(bytes, this.bytes))
      this.#add(place);
    this.tornBytes = bytes.length - this.bytes;
  }

  /** A new one. */
  static make(folder: string, firstSeq: number): Segment {
    const path = join(folder, `${String(firstSeq).padStart(digits, '0')}.records`);
    return new Segment(openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), path, firstSeq);
  }

  /** One that was written before. */
  static open(path: string, firstSeq: number): Segment {
    return new Segment(openSync(path, O_RDONLY | O_NOFOLLOW), path, firstSeq);
  }

  get nextSeq(): number {
    return this.#firstSeq + this.entries.length;
  }

  /** All of the record is with the system when it returns, or none of it where it throws. */
  append(record: Buffer, count: number): void {
    try {
      for (let done = 0; done < record.length; )
        done += writeSync(this.#fd, record, done, record.length - done, this.bytes + done);
    } catch (error) {
      ftruncateSync(this.#fd, this.bytes);
      throw error;
    }
    this.#add({ at: this.bytes, bytes: record.length, count });
  }

  /** Null where it can't be read any more. */
  read({ seq, at, bytes }: SegmentEntry): SpoolRecord | null {
    const record = Buffer.allocUnsafe(bytes);
    return readSync(this.#fd, record, 0, bytes, at) === bytes ? decodeRecord(seq, record) : null;
  }

  /** Resolves when the disk has it, or does not take it: what a recording has is safe elsewhere. */
  sync(): Promise<void> {
    return new Promise((resolve) => fdatasync(this.#fd, () => resolve()));
  }

  close(): void {
    closeSync(this.#fd);
  }

  remove(): void {
    if (fstatSync(this.#fd).nlink > 0) unlinkSync(this.#path);
    this.close();
  }

  #add(place: RecordPlace): void {
    this.entries.push({ ...place, seq: this.nextSeq, acknowledgedMs: null, hasArrived: false });
    this.bytes = place.at + place.bytes;
  }
}
