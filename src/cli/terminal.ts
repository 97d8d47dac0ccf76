import { constants, openSync, writeSync } from 'node:fs';

/** Opened once; null where the system knows no such paths. */
let unwaiting: number | null | undefined;

/**
 * Writes to the terminal behind standard error without waiting for it: one that is stopped (Ctrl-S) misses it.
 * `process.stderr` would wait for as long as it is stopped, and the outputs with it.
 */
export function showOnTerminal(text: string): void {
  unwaiting ??= openUnwaiting();
  if (unwaiting === null) {
    process.stderr.write(text);
    return;
  }
  try {
    writeSync(unwaiting, text);
  } catch {
    // Stopped, or gone.
  }
}

function openUnwaiting(): number | null {
  const { O_WRONLY, O_NOCTTY = 0, O_NONBLOCK = 0 } = constants;
  for (const path of ['/proc/self/fd/2', '/dev/tty']) {
    try {
      return openSync(path, O_WRONLY | O_NOCTTY | O_NONBLOCK);
    } catch {
      // Not this one.
    }
  }
  return null;
}
