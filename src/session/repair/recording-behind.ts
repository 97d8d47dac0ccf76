import { closeSync, openSync, readSync } from 'node:fs';
import { magic } from '../../capture/format.js';
import { captureIn } from '../../capture/parts.js';
import { foreignName } from '../rows/csv-form.js';

interface RecordingBehind {
  /** In bytes of the file. */
  readonly at: number;
  readonly what: 'a capture' | 'rows of a CSV';
}

const pieceBytes = 1 << 20;
/** Pieces overlap by more than a row measures, so that none hides one from both. */
const overlapBytes = 64 << 10;

/**
 * What of a recording stands as it is behind byte `from` of a compressed file: a capture, or a CSV's header or whole rows. Null where
 * nothing does.
 * @param isPlain whether compressed data ends there: else what looks like a row may be some of it
 */
export function recordingBehind(path: string, from: number, isPlain: boolean): RecordingBehind | null {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(pieceBytes);
    for (let at = from; ; at += pieceBytes - overlapBytes) {
      const piece = buffer.subarray(0, readSync(fd, buffer, 0, pieceBytes, at));
      const found = recordingIn(piece, isPlain);
      if (found) return { ...found, at: at + found.at };
      if (piece.length < pieceBytes) return null;
    }
  } finally {
    closeSync(fd);
  }
}

/** As `recordingBehind`, of bytes that were read already. */
export function recordingIn(bytes: Buffer, isPlain: boolean): RecordingBehind | null {
  const capture = isPlain ? captureIn(bytes) : bytes.indexOf(magic);
  if (capture >= 0) return { at: capture, what: 'a capture' };
  const row = isPlain ? rowIn(bytes) : -1;
  return row >= 0 ? { at: row, what: 'rows of a CSV' } : null;
}

/** A whole line of what numbers, or names of columns, are written with. */
const line = /(?<=^|[\n\0])[-.,\da-z_]+(?=\r?\n)/g;

function rowIn(bytes: Buffer): number {
  for (const { index, 0: text } of bytes.toString('latin1').matchAll(line))
    if (isRow(text) || isHeader(text)) return index;
  return -1;
}

const isRow = (text: string): boolean => /\d/.test(text) && !/[a-z_]/.test(text);
const isHeader = (text: string): boolean => text.includes('_') && foreignName(text.split(',')) === undefined;
