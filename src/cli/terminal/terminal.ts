import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const standardError = 2;

/** Opened once; null where the system knows no such paths. */
let unwaiting: number | null | undefined;

/**
 * Writes to the terminal behind standard error without waiting for it: one that is stopped (Ctrl-S) misses it.
 * `process.stderr` would wait for as long as it is stopped, and the outputs with it.
 */
export function showOnTerminal(text: string): void {
  unwaiting ??= openUnwaiting(standardError);
  try {
    writeSync(unwaiting ?? standardError, text);
  } catch {
    // Stopped, or gone.
  }
}

/**
 * Lets go of a terminal that a command has had. Node puts its settings back to what they were when it started, and with them
 * whatever the command changed on purpose (`stty`). It leaves alone what is closed.
 */
export function leaveTerminal(): void {
  for (const fd of [0, 1, 2]) if (isatty(fd)) closeSync(fd);
}

/** Which of the standard descriptors were a terminal when the program started. */
const terminals = [0, 1, 2].filter((fd) => isatty(fd));

/** Lets go of a terminal that has been closed meanwhile: putting it back, Node 20 aborts (nodejs/node issue 51519). */
export function leaveClosedTerminal(): void {
  for (const fd of terminals) {
    try {
      // It is a device, and no terminal any more.
      if (fstatSync(fd).isCharacterDevice() && !isatty(fd)) closeSync(fd);
    } catch {
      // Let go of already.
    }
  }
}

/** The terminal behind a standard descriptor once more, so that nobody else's writes stop waiting; null where there is no such way. */
export function openUnwaiting(fd: number): number | null {
  const { O_WRONLY, O_NOCTTY = 0, O_NONBLOCK = 0 } = constants;
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
    } catch {
      // Not this one.
    }
  }
  return null;
}
