import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program, for tests that talk with it while it runs. */
export const bin = fileURLToPath(new URL('../../bin/powerlog.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `powerlog` as a user does, and waits for its end. */
export function powerlog(args: readonly string[], input?: Uint8Array, env: NodeJS.ProcessEnv = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [bin, ...args], {
    input: input ?? '',
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  return { code: status, out: stdout.toString(), err: stderr.toString() };
}

/** A command line as one types it, in words: `record --out ${path} ${options}`. What is put in is a word, or a list of them. */
export function words(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string[] {
  const found: string[] = [];
  let isOpen = false;
  const add = (text: string): void => {
    if (isOpen) found.push(found.pop() + text);
    else found.push(text);
    isOpen = true;
  };
  texts.forEach((text, n) => {
    for (const piece of text.split(/(\s+)/)) {
      if (/^\s+$/.test(piece)) isOpen = false;
      else if (piece !== '') add(piece);
    }
    const value = values[n];
    if (typeof value === 'object') found.push(...value);
    else if (value !== undefined) add(String(value));
  });
  return found;
}
