import type { Board, Command } from '../../board/board.js';
import { boards } from '../../board/catalogue.js';

/* What the makers' boards answer to WELCOME, and how an answer is told to people. */

/** The answer's text in its known length: NULs alone stand behind it. */
export function isWelcomeOf({ welcomeText, commands }: Board, answer: Buffer): boolean {
  if (answer.length !== commands.welcome.replyBytes) return false;
  const end = answer.indexOf(0);
  const text = answer.toString('latin1', 0, end);
  return (
    end > 0 &&
    text.startsWith(welcomeText) &&
    /^[\x20-\x7e]+$/.test(text) &&
    answer.subarray(end).every((byte) => byte === 0)
  );
}

/** The shortest answer that is one; all ask with the same byte. */
export const shortestWelcome: Command = boards
  .map((board) => board.commands.welcome)
  .reduce((shortest, each) => (each.replyBytes < shortest.replyBytes ? each : shortest));

const listed = (values: readonly (string | number)[]): string => [...new Set(values)].join(' or ');
const lengthsOf = (text: string): string =>
  listed(
    boards
      .filter(({ welcomeText }) => welcomeText === text)
      .map(({ commands }) => commands.welcome.replyBytes),
  );
export const expectedWelcomes = listed(
  boards.map(({ welcomeText }) => `"${welcomeText}…" (${lengthsOf(welcomeText)} bytes)`),
);
export const knownProducts = [
  ...new Set(boards.map(({ product, productId }) => `${product} (0x${hex(productId)})`)),
].join(' and ');

export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** What answered, for people: printable text, or the first bytes. */
export function quoted(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 16);
  const more = bytes.length > shown.length ? ` … (${bytes.length} bytes)` : '';
  const text = Buffer.from(shown).toString('latin1');
  if (/^[\x20-\x7e\r\n\t\0]+$/.test(text)) return `${JSON.stringify(text)}${more}`;
  return `${[...shown].map(hex).join(' ')}${more}`;
}
