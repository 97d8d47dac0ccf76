import { closeSync, unlinkSync } from 'node:fs';
import type { OpenedOutput } from '../safe-open.js';

/** Those that are under way. */
const unfinished = new Set<OpenedOutput>();
let awaitsExit = false;

/** What is neither kept nor discarded when the process ends is removed then. */
export function discardAtExit(file: OpenedOutput): void {
  if (!awaitsExit) process.once('exit', () => unfinished.forEach(discard));
  awaitsExit = true;
  unfinished.add(file);
}

/** It has got its place. */
export const settle = (file: OpenedOutput): boolean => unfinished.delete(file);

export function discard(file: OpenedOutput): void {
  unfinished.delete(file);
  try {
    closeSync(file.fd);
    unlinkSync(file.path);
  } catch {
    // It is gone.
  }
}
