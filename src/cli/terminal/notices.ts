import { isatty } from 'node:tty';
import { say } from './say.js';
import { showOnTerminal } from './terminal.js';

/** What a person should know while it happens, on standard error; a status line is wiped away first. */
export function notice(text: string): void {
  if (isatty(2)) showOnTerminal(`\r\u001b[Kpowerlog: ${text}\n`);
  else say(`powerlog: ${text}`);
}
