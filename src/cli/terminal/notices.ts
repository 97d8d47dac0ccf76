import { isatty } from 'node:tty';
import { printableLines } from '../../text.js';
import { tell } from './say.js';
import { showOnTerminal } from './terminal.js';

/** What a person should know while it happens, on standard error; a status line is wiped away first. */
export function notice(text: string): void {
  if (isatty(2)) showOnTerminal(`\r\u001b[Kpowerlog: ${printableLines(text)}\n`);
  else tell(text);
}

/** Says which of a recording's boards did not come back. */
export function tellLost(lost: readonly { readonly id: string }[], tracks: readonly unknown[]): void {
  for (const { id } of lost)
    notice(
      `${tracks.length > 1 ? id : 'the board'} was lost and did not come back; what was recorded is whole`,
    );
}
