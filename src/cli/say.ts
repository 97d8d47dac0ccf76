import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { systemErrorCode } from '../errors.js';

const standardError = 2;
const lock = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes to standard error in one go. Not through `process.stderr`: that makes a pipe non-blocking, also for a child that
 * shares it. A reader that has gone is no reason to fail.
 */
export function say(text: string): void {
  let rest: Uint8Array = new TextEncoder().encode(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(standardError, rest));
    } catch (error) {
      if (systemErrorCode(error) !== 'EAGAIN') return;
      Atomics.wait(lock, 0, 0, 5); // somebody else made it non-blocking
    }
  }
}

/** Text in a style where a person looks at a terminal and has not asked for plain text. */
export function styled(style: 'bold' | 'yellow' | 'red', text: string): string {
  const plain = !isatty(standardError) || Boolean(process.env.NO_COLOR) || process.env.TERM === 'dumb';
  return plain ? text : styleText(style, text);
}
