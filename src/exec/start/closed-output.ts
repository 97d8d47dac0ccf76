import { closeSync, openSync } from 'node:fs';
import { inherited } from './inherited.js';

const standardOutput = 1;

/**
 * Where standard output was closed, Node has put a null device there that takes all, so that nobody would hear that what was
 * asked for is lost. One that is open for reading alone takes nothing, and keeps the number from any other file.
 */
export function closeOutputThatWas(): void {
  if (!inherited.closed.includes(standardOutput)) return;
  closeSync(standardOutput);
  openSync('/dev/null', 'r'); // the lowest number that is free
}
