import { errorText, outputError, systemErrorCode, writeFailureText } from '../../errors.js';
import { SpoolFolder } from './folder.js';
import { encodeRecord, type SpoolRecord } from './record.js';
import { Segment, type SegmentEntry } from './segment.js';

export interface SpoolOptions {
  /** A folder of its own, made where there is none. */
  readonly folder: string;
  /** What it may take on the disk; beyond, the oldest goes. */
  readonly limitBytes: number;
  /** What was acknowledged is kept for so long, since a receiver that is killed may have forgotten it. 0 where absent. */
  readonly keepMs?: number;
  /** For tests. */
  readonly now?: () => number;
}

/** So many records, and what they hold together. */
interface SpoolSum {
  readonly records: number;
  readonly count: number;
}

/** A limit is kept by whole segments, so they are small against it. */
const segmentShare = 16;
const segmentBytes = { least: 64 * 1024, most: 4 * 1024 * 1024 };
const syncEveryMs = 1000;

/**
 * A queue of records on disk, between what must not wait and what may be away: one writer, one reader, both of one thread.
 * What was appended survives the end of the process, however it ends; opened again, it hands out all that it still has.
 * Nothing says on disk what was acknowledged but that it is gone, segment by segment: some records may come twice after a
 * crash, and none is missing.
 */
export class Spool {
  /** Pushed out by the limit before they had arrived. */
  lost: SpoolSum = { records: 0, count: 0 };
  readonly #options: SpoolOptions;
  readonly #now: () => number;
  readonly #folder: SpoolFolder;
  readonly #segmentBytes: number;
  readonly #segments: Segment[] = [];
  /** The one that is written to; none before the first record, as what was there before is only read. */
  #current: Segment | null = null;
  #bytes = 0;
  #nextSeq = 1;
  /** What is handed out next. */
  #cursor = 0;
  #waiting: SpoolSum = { records: 0, count: 0 };
  #nextSyncMs = 0;
  #isClosed = false;

  private constructor(options: SpoolOptions, folder: SpoolFolder) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#folder = folder;
    const share = Math.floor(options.limitBytes / segmentShare);
    this.#segmentBytes = Math.min(Math.max(share, segmentBytes.least), segmentBytes.most);
    for (const { firstSeq, path } of folder.segments()) {
      const segment = Segment.open(path, firstSeq);
      this.#nextSeq = Math.max(this.#nextSeq, segment.nextSeq);
      if (segment.entries.length === 0) segment.remove();
      else this.#take(segment);
    }
  }

  /** @throws UserError (outputFailed) where the folder can't be had, or another process has the spool */
  static open(options: SpoolOptions): Spool {
    const folder = new SpoolFolder(options.folder);
    try {
      return new Spool(options, folder);
    } catch (error) {
      folder.release();
      throw outputError(`cannot read the spool ${folder.path}: ${errorText(error)}`, error);
    }
  }

  get folder(): string {
    return this.#folder.path;
  }

  /** What has to be sent. */
  get waiting(): SpoolSum {
    return this.#waiting;
  }

  /** On the disk, what is kept after it was acknowledged included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of records that were cut or altered, as far as opening found them. */
  get tornBytes(): number {
    return this.#segments.reduce((sum, { tornBytes }) => sum + tornBytes, 0);
  }

  /**
   * Keeps a record: with the system, so that it survives this process, when it returns, and with the disk within about a second.
   * @param count of what it holds, to say how much is lost where it is
   * @throws UserError (outputFailed) where the disk does not take it; then it is not kept, and the others are
   */
  append(meta: string, body: Uint8Array, count = 1): void {
    const record = encodeRecord(meta, body, count);
    if (record.length > this.#options.limitBytes) {
      this.#lose(1, count);
      return;
    }
    while (this.#bytes + record.length > this.#options.limitBytes) this.#pushOut();
    try {
      if (!this.#hasRoom(record.length)) this.#begin();
      this.#current!.append(record, count);
    } catch (error) {
      this.#lose(1, count);
      const code = systemErrorCode(error);
      throw outputError(
        `cannot write to the spool ${this.folder}: ${code ? writeFailureText(code) : errorText(error)}`,
        error,
      );
    }
    this.#nextSeq = this.#current!.nextSeq;
    this.#bytes += record.length;
    this.#wait(1, count);
    this.#keepOnDisk();
  }

  /** The next record, which is thereby handed out; null where all are. */
  next(): SpoolRecord | null {
    for (;;) {
      const found = this.#at(this.#cursor);
      if (!found) return null;
      this.#cursor = found.entry.seq + 1;
      if (found.entry.acknowledgedMs !== null) continue;
      const record = found.segment.read(found.entry);
      if (record) return record;
      // The disk has altered it since; the others are as they were.
      this.#settle(found.entry);
      this.#lose(1, found.entry.count);
    }
  }

  /** This record is handed out next, again. */
  back(seq: number): void {
    this.#cursor = seq;
  }

  /** This record has arrived, and all before it. */
  acknowledge(seq: number): void {
    for (const { entries } of this.#segments) {
      if ((entries[0]?.seq ?? seq) > seq) break;
      for (const entry of entries) if (entry.seq <= seq && entry.acknowledgedMs === null) this.#settle(entry);
    }
    this.#sweep();
  }

  /**
   * Hands out again what was not acknowledged, and what was so lately that it may be forgotten: for a receiver that was away.
   */
  rewind(): void {
    const { keepMs = 0 } = this.#options;
    const now = this.#now();
    this.#cursor = 0;
    for (const { entries } of this.#segments)
      for (const entry of entries)
        if (entry.acknowledgedMs !== null && now - entry.acknowledgedMs < keepMs) {
          entry.acknowledgedMs = null;
          this.#wait(1, entry.count);
        }
  }

  /** Lets go of it. One that has nothing left to send is removed with its folder. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isEmpty = this.#waiting.records === 0;
    for (const segment of this.#segments) {
      if (isEmpty) segment.remove();
      else segment.close();
    }
    if (isEmpty) this.#folder.remove();
    else this.#folder.release();
  }

  /** A segment that nothing was written to takes a record of any length. */
  #hasRoom(bytes: number): boolean {
    const segment = this.#current;
    return segment !== null && (segment.bytes === 0 || segment.bytes + bytes <= this.#segmentBytes);
  }

  #begin(): void {
    this.#current = Segment.make(this.folder, this.#nextSeq);
    this.#segments.push(this.#current);
  }

  #take(segment: Segment): void {
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
    for (const { count } of segment.entries) this.#wait(1, count);
  }

  #at(seq: number): { segment: Segment; entry: SegmentEntry } | null {
    const segment = this.#segments.find(({ nextSeq, entries }) => entries.length > 0 && nextSeq > seq);
    if (!segment) return null;
    const first = segment.entries[0]!.seq;
    return { segment, entry: segment.entries[Math.max(0, seq - first)]! };
  }

  #settle(entry: SegmentEntry): void {
    entry.acknowledgedMs = this.#now();
    entry.hasArrived = true;
    this.#wait(-1, -entry.count);
  }

  #wait(records: number, count: number): void {
    this.#waiting = { records: this.#waiting.records + records, count: this.#waiting.count + count };
  }

  #lose(records: number, count: number): void {
    this.lost = { records: this.lost.records + records, count: this.lost.count + count };
  }

  /** Removes the segments of which the receiver has everything for good. */
  #sweep(): void {
    const forgetMs = this.#now() - (this.#options.keepMs ?? 0);
    const isDone = ({ entries }: Segment) =>
      entries.every(({ acknowledgedMs }) => acknowledgedMs !== null && acknowledgedMs <= forgetMs);
    while (this.#segments.length > 0 && this.#segments[0] !== this.#current && isDone(this.#segments[0]!))
      this.#drop();
  }

  #pushOut(): void {
    for (const { acknowledgedMs, hasArrived, count } of this.#segments[0]!.entries) {
      if (acknowledgedMs === null) this.#wait(-1, -count);
      if (!hasArrived) this.#lose(1, count);
    }
    this.#drop();
  }

  #drop(): void {
    const segment = this.#segments.shift()!;
    this.#bytes -= segment.bytes;
    if (segment === this.#current) this.#current = null;
    segment.remove();
  }

  #keepOnDisk(): void {
    const now = performance.now();
    if (now < this.#nextSyncMs) return;
    this.#nextSyncMs = now + syncEveryMs;
    void this.#current!.sync();
  }
}
