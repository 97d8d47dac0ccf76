/** What a mark says: a phase begins, a phase ends, or something happened. */
export type MarkKind = 'begin' | 'end' | 'point';

/** One line of the marks file. */
export interface Mark {
  readonly kind: MarkKind;
  readonly name: string;
  /** Steps, tokens, images, …; null where the line gives none. */
  readonly count: number | null;
  /** ns since the recording began. */
  readonly atNs: number;
  /** False where the instant is when the line was seen, which is later than when it was written. */
  readonly timed: boolean;
  /** Its line in the file, from 1. */
  readonly line: number;
}

/** A line, or a part of one, that could not be taken as it stands. */
export interface MarkProblem {
  /** From 1; null where the problem is not one line's. */
  readonly line: number | null;
  readonly message: string;
}

/** What one line says by itself; the time is on CLOCK_MONOTONIC, ns. */
interface ParsedMark {
  readonly kind: MarkKind;
  readonly name: string;
  readonly count: number | null;
  readonly monotonicNs: bigint | null;
}

const lineForm =
  /^(?:(\d{1,20})[ \t])?(begin|end|point)[ \t]("(?:[^"\\]|\\.)*"|[^ \t"][^ \t]*)(?:[ \t](\S+))?$/;
const countForm = /^\d{1,15}(?:\.\d{1,9})?$/;

/** Reads one line without its newline; a text that says what is wrong with it where it is no mark. */
export function parseMark(line: string): ParsedMark | string {
  const match = lineForm.exec(line);
  if (!match) return whyNoMark(line);
  const [, time, kind, quoted = '', countText] = match;
  const name = quoted.startsWith('"') ? unquoted(quoted) : quoted;
  if (name === undefined) return 'the quoted name is not a JSON string';
  if (name === '') return 'the name is empty';
  if (countText !== undefined && !countForm.test(countText))
    return 'the count is not a number of steps, such as 500';
  return {
    kind: kind as MarkKind,
    name,
    count: countText === undefined ? null : Number(countText),
    monotonicNs: time === undefined ? null : BigInt(time),
  };
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

function whyNoMark(line: string): string {
  if (line === '') return 'the line is empty';
  if (!/^(?:\d+[ \t])?(?:begin|end|point)(?:[ \t]|$)/.test(line))
    return 'the line does not start with begin, end or point, or with a time in ns and one of them';
  if (/[ \t]{2}|[ \t]$/.test(line)) return 'the fields are not separated by single spaces or tabs';
  if (/(?:begin|end|point)$/.test(line)) return 'the name is missing';
  return 'more follows than a name and a count; a name with spaces is written as a JSON string';
}

/** Longest line that can be a mark; more than that is a file of something else. */
const lineBytesMax = 64 * 1024;
const marksMax = 1_000_000;
const problemsMax = 100;

/** How far a mark's own time may lie outside of what is possible: clock readings are not simultaneous. */
const slackNs = 1e6;

export interface MarksReaderOptions {
  /** The recording's instant 0 on CLOCK_MONOTONIC, ns. */
  readonly originNs: bigint;
  /** The child's start; nothing was marked before. ns since the recording began. */
  readonly childStartNs: number;
}

/**
 * Takes the marks file as it grows, in pieces of any size. Lines that are no marks are reported and cost nothing
 * else. A time that cannot be true (before the child's start, or after the line was seen) comes from another
 * clock: it is reported once a file, and the instant is when the line was seen.
 */
export class MarksReader {
  readonly marks: Mark[] = [];
  readonly problems: MarkProblem[] = [];
  /** Problems in all; `problems` keeps the first hundred. */
  problemCount = 0;

  readonly #options: MarksReaderOptions;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** Names come again and again; one string each. */
  readonly #names = new Map<string, string>();
  #pieces: Uint8Array[] = [];
  #pendingBytes = 0;
  #line = 0;
  #foreignTimes = 0;
  #full = false;

  constructor(options: MarksReaderOptions) {
    this.#options = options;
  }

  /** Takes the file's next bytes, which were seen at `seenNs` (since the recording began). They may be reused. */
  push(bytes: Uint8Array, seenNs: number): void {
    let from = 0;
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, from)) {
      this.#keep(bytes.subarray(from, newline));
      this.#endLine(seenNs);
      from = newline + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  /** The file ends here: a last line without a newline counts if it is whole. */
  end(seenNs: number): void {
    if (this.#pendingBytes > 0) this.#endLine(seenNs);
    if (this.#foreignTimes > 1)
      this.#report(null, `${this.#foreignTimes} marks had times from another clock in all`);
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes <= lineBytesMax) this.#pieces.push(piece.slice());
    else this.#pieces = [];
  }

  #endLine(seenNs: number): void {
    this.#line++;
    const tooLong = this.#pendingBytes > lineBytesMax;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#pendingBytes = 0;
    const mark = tooLong ? `the line is longer than ${lineBytesMax} bytes` : this.#parsed(pieces);
    if (typeof mark === 'string') this.#report(this.#line, mark);
    else this.#take(mark, seenNs);
  }

  #parsed(pieces: readonly Uint8Array[]): ParsedMark | string {
    let text: string;
    try {
      text = this.#decoder.decode(joined(pieces));
    } catch {
      return 'the line is not UTF-8';
    }
    return parseMark(text.endsWith('\r') ? text.slice(0, -1) : text);
  }

  #take(mark: ParsedMark, seenNs: number): void {
    if (this.marks.length >= marksMax) {
      if (!this.#full) this.#report(this.#line, `more than ${marksMax} marks: the rest is not counted`);
      this.#full = true;
      return;
    }
    let atNs = mark.monotonicNs === null ? null : Number(mark.monotonicNs - this.#options.originNs);
    if (atNs !== null && !(atNs >= this.#options.childStartNs - slackNs && atNs <= seenNs + slackNs)) {
      if (this.#foreignTimes++ === 0)
        this.#report(
          this.#line,
          'the time is not of this CLOCK_MONOTONIC (a container or a virtual machine may have its own); ' +
            'the instant is when the line was seen',
        );
      atNs = null;
    }
    if (mark.kind === 'begin' && mark.count !== null)
      this.#report(this.#line, 'a count belongs to end or point; it is left out of account here');
    this.marks.push({
      kind: mark.kind,
      name: this.#interned(mark.name),
      count: mark.kind === 'begin' ? null : mark.count,
      atNs: atNs ?? seenNs,
      timed: atNs !== null,
      line: this.#line,
    });
  }

  #interned(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }

  #report(line: number | null, message: string): void {
    this.problemCount++;
    if (this.problems.length < problemsMax) this.problems.push({ line, message });
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
