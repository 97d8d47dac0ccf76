import type { Mark, MarkProblem } from '../../stream/command-event.js';
import type { OutputMark } from '../output/matcher.js';
import { markName, type ParsedMark, parseMark, whyNoCount } from './mark-line.js';

/** What is wrong with a mark that was read. */
export const problemOf = (
  { line, fromOutput }: Pick<Mark, 'line' | 'fromOutput'>,
  message: string,
): MarkProblem =>
  fromOutput ? { line: null, message: `mark ${line} of the output: ${message}` } : { line, message };

/** Longest line that can be a mark; more than that is a file of something else. */
const lineBytesMax = 64 * 1024;
const marksMax = 1_000_000;
/** More of them are only counted. */
export const problemsMax = 100;

/** How far a mark's own time may lie outside of what is possible: clock readings are not simultaneous. */
const slackNs = 1e6;

/** An instant that is when a line was seen: that long after it was written at most, as long as the machine keeps up. */
const seenLateNs = 5e6;

interface MarksReaderOptions {
  /** The recording's instant 0 on CLOCK_MONOTONIC, ns. */
  readonly originNs: bigint;
  /** The child's start; nothing was marked before. ns since the recording began. */
  readonly childStartNs: number;
  /** Takes each mark as it is read. */
  readonly onMark: (mark: Mark) => void;
}

/**
 * Takes the marks file as it grows, in pieces of any size. Lines that are no marks are reported and cost nothing
 * else. A time that cannot be true (before the child's start, or after the line was seen) comes from another
 * clock: it is reported once a file, and the instant is when the line was seen.
 */
export class MarksReader {
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
  #marks = 0;
  #outputMarks = 0;
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
    else this.#take(mark, seenNs, { line: this.#line });
  }

  /** Takes a mark from the command's output, which has no time of its own. */
  takeOutput({ kind, name, countText }: OutputMark, seenNs: number): void {
    const countProblem = countText === null ? null : whyNoCount(kind, countText);
    const count = countText === null || countProblem !== null ? null : Number(countText);
    const mark = { kind, name: markName(name), count, monotonicNs: null, countProblem };
    this.#take(mark, seenNs, { line: ++this.#outputMarks, fromOutput: true });
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

  #take(mark: ParsedMark, seenNs: number, place: Pick<Mark, 'line' | 'fromOutput'>): void {
    if (this.#marks === marksMax) {
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
    if (mark.countProblem !== null) this.#problem(problemOf(place, mark.countProblem));
    this.#marks++;
    this.#options.onMark({
      kind: mark.kind,
      name: this.#interned(mark.name),
      count: mark.count,
      atNs: atNs ?? seenNs,
      uncertaintyNs: atNs === null ? seenLateNs : 0,
      ...place,
    });
  }

  #interned(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }

  #report(line: number | null, message: string): void {
    this.#problem({ line, message });
  }

  #problem(problem: MarkProblem): void {
    this.problemCount++;
    if (this.problems.length < problemsMax) this.problems.push(problem);
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
