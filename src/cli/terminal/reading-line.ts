import { basename } from 'node:path';
import { printable } from '../../text.js';
import { showOnTerminal } from './terminal.js';

const clearLine = '\r\u001b[K';

/** One line on the terminal while recordings are read; gone when they are. Never for a pipe. */
export class ReadingLine {
  readonly #paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  show(n: number, share: number): void {
    const which = this.#paths.length > 1 ? ` (${n + 1} of ${this.#paths.length})` : '';
    const text = `reading ${printable(basename(this.#paths[n]!))}${which}: ${Math.floor(100 * share)} %`;
    showOnTerminal(clearLine + text.slice(0, (process.stderr.columns ?? 80) - 1));
  }

  clear(): void {
    showOnTerminal(clearLine);
  }
}
