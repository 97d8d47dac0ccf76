import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { errorText, outputError, systemErrorCode, writeFailureText } from '../../errors.js';
import { printableLines } from '../../text.js';

const standardOutput = 1;
const standardError = 2;
const lock = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes to standard error in one go. Not through `process.stderr`: that makes a pipe non-blocking, also for a child that
 * shares it. A reader that has gone, or a full disk, is no reason to fail.
 */
export function say(text: string): void {
  try {
    writeAll(standardError, `${text}\n`);
  } catch {
    // There is no other place to say it.
  }
}

/** What powerlog says of itself; nothing in it, foreign text included, moves the cursor or colours the rest. */
export const tell = (text: string): void => say(`powerlog: ${printableLines(text)}`);

/**
 * Writes to standard output in one go: what a command was asked for, as against what is said about it. A reader that has
 * gone (`| head`) has read enough.
 * @throws UserError (outputFailed) where it cannot be written
 */
export function print(text: string): void {
  try {
    writeAll(standardOutput, text);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EPIPE') return;
    throw outputError(`cannot write standard output: ${writeFailureText(code ?? errorText(error))}`, error);
  }
}

function writeAll(fd: number, text: string): void {
  let rest: Uint8Array = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (systemErrorCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(lock, 0, 0, 5); // somebody else made it non-blocking
    }
  }
}

/** Text in a style where a person looks at a terminal and has not asked for plain text. */
export function styled(style: 'bold' | 'yellow' | 'red', text: string): string {
  const plain = !isatty(standardError) || Boolean(process.env.NO_COLOR) || process.env.TERM === 'dumb';
  return plain ? text : styleText(style, text);
}
