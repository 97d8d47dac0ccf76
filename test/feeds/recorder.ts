import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { bin } from '../cli/run.js';

export interface Recorder {
  /** Where its metrics are, once that is told. */
  readonly metricsUrl: Promise<string>;
  readonly ended: Promise<number | null>;
  err(): string;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it where it stands. */
  kill(): void;
}

/** Starts a command that samples, `record` where no other is named. */
export function startRecorder(args: readonly string[], env: NodeJS.ProcessEnv = {}): Recorder {
  const named = args[0]!.startsWith('-') ? ['record', ...args] : args;
  const child = spawn(process.execPath, [bin, ...named], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let err = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const metricsUrl = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      err += more;
      const told = /metrics are at (http:\S+)\n/.exec(err);
      if (told) resolve(told[1]!);
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${err}`)));
  });
  metricsUrl.catch(() => {}); // a test may be about its end
  return {
    ...{ metricsUrl, ended, err: () => err },
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
