import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { bin } from '../cli/run.js';

export interface Started {
  /** The address of the page, once it is printed. */
  readonly url: Promise<string>;
  readonly ended: Promise<number | null>;
  out(): string;
  err(): string;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it where it stands. */
  kill(): void;
}

/** Starts what serves a page, which prints its address on one of its outputs. */
export function start(
  args: readonly string[],
  on: 'stdout' | 'stderr' = 'stdout',
  env: NodeJS.ProcessEnv = {},
): Started {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const texts = { stdout: '', stderr: '' };
  const url = new Promise<string>((resolve, reject) => {
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (more: string) => {
        texts[name] += more;
        const line = /^http:\S+$/m.exec(texts[on].replace(/[^\n]*$/, ''));
        if (line) resolve(line[0]);
      });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${texts.stderr}`)));
  });
  url.catch(() => {}); // a test may be about its end
  return {
    url,
    ended,
    out: () => texts.stdout,
    err: () => texts.stderr,
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
