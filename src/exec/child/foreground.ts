import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Whether a terminal's own signals (Ctrl-C, Ctrl-\, Ctrl-Z) reach this process: it is in the foreground process
 * group of its terminal, and so is the child, which then gets them from the terminal itself.
 */
export function inTerminalForeground(): boolean {
  const stat = readStat();
  if (stat === undefined) return isatty(0);
  return isForeground(stat);
}

/** Whether `/proc/self/stat`, of which this is the text, tells of the foreground; the command's name, in parentheses, may hold anything. */
function isForeground(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, , processGroup, , terminal, foregroundGroup] = fields;
  return terminal !== '0' && processGroup === foregroundGroup;
}

function readStat(): string | undefined {
  try {
    return readFileSync('/proc/self/stat', 'latin1');
  } catch {
    return undefined; // not Linux
  }
}
