import { onTestFinished } from 'vitest';
import { bin } from '../run.js';
import { onTerminal, type Terminal, type TerminalForm } from './terminal.js';

/** Starts `powerlog live --tty` with more options on a terminal of its own. */
export function live(options: readonly string[], form: TerminalForm = {}): Terminal {
  const terminal = onTerminal([process.execPath, bin, 'live', '--tty', ...options], form);
  onTestFinished(() => terminal.kill());
  return terminal;
}
