import { crc32 } from '../../file/crc32.js';
import type { MarkKind } from '../../stream/command-event.js';

/** What one line says by itself; the time is on CLOCK_MONOTONIC, ns. */
export interface ParsedMark {
  readonly kind: MarkKind;
  readonly name: string;
  readonly count: number | null;
  readonly monotonicNs: bigint | null;
  /** What is wrong with its count, which is then left out; null where nothing is. */
  readonly countProblem: string | null;
}

const lineForm =
  /^(?:(\d{1,20})[ \t])?(begin|end|point)[ \t]("(?:[^"\\]|\\.)*"|[^ \t"][^ \t]*)(?:[ \t](.*))?$/s;
const countForm = /^\d{1,15}(?:\.\d{1,9})?$/;

/** Reads one line without its newline; a text that says what is wrong with it where it is no mark. */
export function parseMark(line: string): ParsedMark | string {
  const match = lineForm.exec(line);
  if (!match) return whyNoMark(line);
  const [, time, kind, quoted = '', countText] = match;
  // A count that cannot be read costs the count. But where words follow, the first was hardly the whole name.
  if (countText !== undefined && !quoted.startsWith('"') && /^[^\s\d+\-.,].*\s/s.test(countText))
    return 'more follows than a name and a count; a name with spaces is written as a JSON string';
  const name = quoted.startsWith('"') ? unquoted(quoted) : quoted;
  if (name === undefined) return 'the quoted name is not a JSON string';
  if (name === '') return 'the name is empty';
  const countProblem = countText === undefined ? null : whyNoCount(kind as MarkKind, countText);
  return {
    kind: kind as MarkKind,
    name: markName(name),
    count: countText === undefined || countProblem !== null ? null : Number(countText),
    monotonicNs: time === undefined ? null : BigInt(time),
    countProblem,
  };
}

/** Why a text is no count of such a mark; null where it is one. */
export function whyNoCount(kind: MarkKind, text: string): string | null {
  if (text === '') return 'the count is empty, and is left out';
  if (kind === 'begin') return 'a count belongs to end or point, and is left out here';
  if (countForm.test(text)) return null;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `the count '${shown}' cannot be read and is left out; expected a number of steps, such as 500`;
}

/** Longest name that is kept whole, bytes of UTF-8; the module for Python and docs/marks.md say the same. */
export const nameBytesMax = 1024;

/** A longer name is cut there and ends in `…` and its checksum, so that those that begin alike stay apart. */
export function markName(name: string): string {
  if (name.length * 3 <= nameBytesMax) return name;
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= nameBytesMax) return name;
  const tail = `…${crc32(bytes).toString(16).padStart(8, '0')}`;
  // A character that the cut goes through is left out.
  const head = bytes.subarray(0, nameBytesMax - Buffer.byteLength(tail));
  return new TextDecoder().decode(head, { stream: true }) + tail;
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
  return 'the quoted name is not a JSON string';
}
