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
  return run([bin, ...args], input, env);
}

const interruptor = fileURLToPath(new URL('until-rows.js', import.meta.url));

/** What Node is started with, to run `powerlog` until files have so many rows. */
export const argsUntil = (rows: number, files: readonly string[], args: readonly string[]): string[] => [
  ...[interruptor, String(rows), ...files],
  ...['--', process.execPath, bin, ...args],
];

/**
 * Runs `powerlog` until each of some CSVs has rows, and interrupts it then: how long a recording has to be
 * for a row, only an idle machine can tell.
 * @param rows of each file, at least
 */
export function powerlogUntil(
  files: readonly string[],
  args: readonly string[],
  { rows = 10, env = {} }: { readonly rows?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Ran {
  return run(argsUntil(rows, files, args), undefined, env);
}

/** A command for `exec` that goes on until there are so many rows: what it costs is then known, whenever sampling began. */
export const untilRows = (csv: string, rows = 10): string[] => [
  'sh',
  '-c',
  `until [ "$(wc -l <'${csv}')" -gt ${rows} ]; do sleep 0.05; done`,
];

/** For a shell: waits until a CSV has a row of so many seconds from now on, or later, so that what is marked around it was sampled. */
export const sampledFor = (csv: string, seconds = 1): string =>
  `t=$(date +%s); until [ "$(tail -n 2 '${csv}' | head -n 1 | cut -d, -f2 | cut -d. -f1)" -gt $((t + ${seconds})) ] 2>/dev/null; do sleep 0.05; done`;

function run(args: readonly string[], input: Uint8Array | undefined, env: NodeJS.ProcessEnv): Ran {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
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
