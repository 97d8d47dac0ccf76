import { stripVTControlCharacters } from 'node:util';
import type { MarkKind } from '../../stream/command-event.js';

/** What a line of output marks. */
export interface OutputMark {
  readonly kind: MarkKind;
  readonly name: string;
  /** As it stands there; null where the pattern found none. */
  readonly countText: string | null;
  /** When its line was whole, CLOCK_MONOTONIC, ns. */
  readonly seenNs: bigint;
}

/** Of a longer line only so much is looked at. */
export const outputLineBytesMax = 64 * 1024;

interface Pattern {
  readonly ofLine: RegExp;
  /** Finds the lines that may match in a text of many; null for a pattern that might see beyond its line. */
  readonly ofText: RegExp | null;
}

const newline = 10;
const carriageReturn = 13;
/** A phase ends before the next begins where one line says both. */
const order: readonly MarkKind[] = ['end', 'begin', 'point'];

/**
 * Finds marks in a program's output, which comes in pieces of any size. Lines end in a newline or a carriage return, and
 * are looked at without colours. A chatty program costs one search over each piece, not one for each of its lines.
 */
export class OutputMatcher {
  readonly #patterns: readonly Pattern[];
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  readonly #onMark: (mark: OutputMark) => void;

  constructor(sources: readonly string[], onMark: (mark: OutputMark) => void) {
    this.#onMark = onMark;
    this.#patterns = sources.map((source) => ({
      ofLine: new RegExp(source),
      ofText: /\(\?<?[=!]/.test(source) ? null : new RegExp(source, 'gm'),
    }));
  }

  /** The bytes are only lent. */
  push(bytes: Buffer, seenNs: bigint): void {
    const end = Math.max(bytes.lastIndexOf(newline), bytes.lastIndexOf(carriageReturn)) + 1;
    if (end > 0) {
      this.#keep(bytes.subarray(0, end));
      this.#search(seenNs);
    }
    this.#keep(Buffer.from(bytes.subarray(end)));
  }

  /** The output ends here, and so does a last line without a newline. */
  end(seenNs: bigint): void {
    this.#search(seenNs);
  }

  #keep(bytes: Buffer): void {
    // What goes on beyond the longest line is cut at its beginning's end, but a new line in it counts.
    const room = outputLineBytesMax - this.#pendingBytes;
    const first = bytes.length > room ? firstLineEnd(bytes) : bytes.length;
    const kept = first > room ? [bytes.subarray(0, Math.max(room, 0)), bytes.subarray(first)] : [bytes];
    for (const piece of kept) {
      if (piece.length === 0) continue;
      this.#pending.push(piece);
      this.#pendingBytes += piece.length;
    }
  }

  #search(seenNs: bigint): void {
    if (this.#pendingBytes === 0) return;
    let text = Buffer.concat(this.#pending).toString();
    this.#pending = [];
    this.#pendingBytes = 0;
    if (text.includes('\u001b')) text = stripVTControlCharacters(text);
    if (text.includes('\r')) text = text.replaceAll('\r', '\n');
    for (const { ofLine, ofText } of this.#patterns)
      if (ofText) this.#searchText(text, ofText, ofLine, seenNs);
      else for (const line of text.split('\n')) this.#searchLine(line, ofLine, seenNs);
  }

  /** A match may reach over several lines, but none that lies in one line alone begins before it. */
  #searchText(text: string, ofText: RegExp, ofLine: RegExp, seenNs: bigint): void {
    let from = 0;
    while (from < text.length) {
      ofText.lastIndex = from;
      const match = ofText.exec(text);
      if (!match) return;
      const start = match.index === 0 ? 0 : text.lastIndexOf('\n', match.index - 1) + 1;
      const newlineAt = text.indexOf('\n', match.index);
      const end = newlineAt < 0 ? text.length : newlineAt;
      this.#searchLine(text.slice(start, end), ofLine, seenNs);
      from = end + 1;
    }
  }

  #searchLine(line: string, ofLine: RegExp, seenNs: bigint): void {
    if (line === '') return;
    const groups = ofLine.exec(line)?.groups;
    if (!groups) return;
    for (const kind of order) {
      const name = groups[kind]?.trim();
      const countText = kind === 'begin' ? null : (groups.count ?? null);
      if (name) this.#onMark({ kind, name, countText, seenNs });
    }
  }
}

function firstLineEnd(bytes: Buffer): number {
  const at = [bytes.indexOf(newline), bytes.indexOf(carriageReturn)].filter((index) => index >= 0);
  return at.length > 0 ? Math.min(...at) : bytes.length;
}
