import { closeSync, constants, openSync, statSync } from 'node:fs';
import { systemErrorCode } from '../../errors.js';
import type { SignalRelay } from './signals.js';

const lookEveryMs = 50;

/**
 * Waits until each named pipe among the outputs has a reader, as any program does that opens one to write, but without blocking
 * in the system, where no signal would be heard.
 * @param onWait for a person: which one is waited for
 * @returns what lets go of them, once they have been opened otherwise; null where a signal ended the wait
 */
export async function untilRead(
  paths: readonly (string | undefined)[],
  relay: SignalRelay,
  onWait: (path: string) => void,
): Promise<(() => void) | null> {
  const held: number[] = [];
  const release = (): void => {
    for (const fd of held.splice(0)) closeSync(fd);
  };
  for (const path of paths) {
    if (path === undefined || !isPipe(path)) continue;
    let fd = openIfRead(path);
    if (fd === undefined) onWait(path);
    while (fd === undefined) {
      if (!(await relay.sleep(lookEveryMs))) {
        release();
        return null;
      }
      fd = openIfRead(path);
    }
    if (fd !== null) held.push(fd);
  }
  return release;
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    return false;
  }
}

/** Undefined where no reader is there; null where something else is wrong, which opening it will say. */
function openIfRead(path: string): number | null | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return systemErrorCode(error) === 'ENXIO' ? undefined : null;
  }
}
