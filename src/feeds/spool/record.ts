import { crc32 } from '../../file/crc32.js';

/** What a spool keeps and gives back. */
export interface SpoolRecord {
  /** Counts up by one, over everything that a spool has ever held. */
  readonly seq: number;
  /** Whatever its writer wants to know when it is sent. */
  readonly meta: string;
  readonly body: Uint8Array;
  /** How many samples or messages it holds, to say how many are lost. */
  readonly count: number;
}

/** Where a record lies in a segment. */
export interface RecordPlace {
  readonly at: number;
  readonly bytes: number;
  readonly count: number;
}

/** "PLsr": a record begins. */
const magic = 0x7273_4c50;
/** Four words: the magic, how long meta and body are, the count; behind them the checksum of all but itself. */
const wordsBytes = 16;
const recordHeaderBytes = wordsBytes + 4;

export function encodeRecord(meta: string, body: Uint8Array, count: number): Buffer {
  const metaBytes = Buffer.from(meta);
  const record = Buffer.allocUnsafe(recordHeaderBytes + metaBytes.length + body.length);
  for (const [n, word] of [magic, metaBytes.length, body.length, count].entries())
    record.writeUInt32LE(word, 4 * n);
  metaBytes.copy(record, recordHeaderBytes);
  record.set(body, recordHeaderBytes + metaBytes.length);
  record.writeUInt32LE(checksum(record), wordsBytes);
  return record;
}

/** The whole record that stands at a place; null where none does, or it was cut or altered. */
export function placeOfRecord(bytes: Buffer, at: number): RecordPlace | null {
  if (at + recordHeaderBytes > bytes.length || bytes.readUInt32LE(at) !== magic) return null;
  const length = recordHeaderBytes + bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 8);
  if (at + length > bytes.length) return null;
  const record = bytes.subarray(at, at + length);
  if (record.readUInt32LE(wordsBytes) !== checksum(record)) return null;
  return { at, bytes: length, count: record.readUInt32LE(12) };
}

/** Null where the bytes are not the record that was written. */
export function decodeRecord(seq: number, record: Buffer): SpoolRecord | null {
  if (placeOfRecord(record, 0)?.bytes !== record.length) return null;
  const bodyAt = recordHeaderBytes + record.readUInt32LE(4);
  return {
    seq,
    meta: record.toString('utf8', recordHeaderBytes, bodyAt),
    body: record.subarray(bodyAt),
    count: record.readUInt32LE(12),
  };
}

const checksum = (record: Buffer): number =>
  crc32(record.subarray(recordHeaderBytes), crc32(record.subarray(0, wordsBytes)));
