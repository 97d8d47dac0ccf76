import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { errorText, outputError, systemErrorCode, usageError } from '../../errors.js';
import type { MarkKind } from '../../stream/command-event.js';
import { markName, whyNoCount } from './mark-line.js';

const kinds: readonly MarkKind[] = ['begin', 'end', 'point'];
const isKind = (word: string | undefined): word is MarkKind => kinds.includes(word as MarkKind);

/**
 * Appends one line to the marks file of the surrounding `exec`. Outside of one, or after it has ended, it says so and does
 * nothing: a script keeps working without powerlog. A count that cannot be taken costs the count, not the mark.
 * @throws UserError (usage) for other words than `[begin|end|point] NAME`, and for such a count; (output failed) for a
 * file that cannot be written
 */
export function appendMark(
  words: readonly string[],
  count: string | undefined,
  note: (text: string) => void,
): void {
  const [kind, name] = words.length === 1 && !isKind(words[0]) ? (['point', words[0]!] as const) : words;
  if (words.length > 2 || !isKind(kind))
    throw usageError(
      `expected begin, end or point and one NAME, or a NAME alone; quote a name with spaces: "${words.join(' ')}"`,
    );
  if (!name) throw usageError(`${kind} what? Expected a NAME: powerlog mark ${kind} train`);
  const countProblem = count === undefined ? null : whyNoCount(kind, count);
  const tail = count === undefined || countProblem !== null ? '' : ` ${count}`;
  mark(`${instantNs(kind)} ${kind} ${field(markName(name))}${tail}\n`, note);
  if (countProblem !== null) throw usageError(`--count: ${countProblem}`);
}

function mark(line: string, note: (text: string) => void): void {
  const path = process.env.POWERLOG_MARKS;
  if (!path) {
    note('not inside of `powerlog exec` (POWERLOG_MARKS is not set); nothing was marked');
    return;
  }
  try {
    append(path, line);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT')
      note('the `powerlog exec` around this has ended; nothing was marked');
    else throw outputError(`the mark cannot be written to POWERLOG_MARKS: ${errorText(error)}`, error);
  }
}

/**
 * A phase begins now; one ends, and a point lies, when this program was called: its own start-up is in no phase. Of the
 * two clocks the one since the start is read first: a pause between the readings must not put the instant before the call.
 */
function instantNs(kind: MarkKind): bigint {
  const sinceCallNs = kind === 'begin' ? 0 : Math.round(performance.now() * 1e6);
  return process.hrtime.bigint() - BigInt(sinceCallNs);
}

const field = (name: string): string =>
  /^[^\s"\p{C}][^\s\p{C}]*$/u.test(name) ? name : JSON.stringify(name);

/** One write of one line, so that no other process's line can lie inside of it. */
function append(path: string, line: string): void {
  const { O_WRONLY, O_APPEND, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const file = openSync(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOFOLLOW);
  try {
    writeSync(file, line);
  } finally {
    closeSync(file);
  }
}
