/** What a person should know while it happens, on standard error; a status line is wiped away first. */
export function notice(text: string): void {
  const wipe = process.stderr.isTTY ? '\r\u001b[K' : '';
  process.stderr.write(`${wipe}powerlog: ${text}\n`);
}
