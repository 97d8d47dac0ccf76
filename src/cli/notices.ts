import { showOnTerminal } from './terminal.js';

/** What a person should know while it happens, on standard error; a status line is wiped away first. */
export function notice(text: string): void {
  if (process.stderr.isTTY) showOnTerminal(`\r\u001b[Kpowerlog: ${text}\n`);
  else process.stderr.write(`powerlog: ${text}\n`);
}
