import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { bin } from '../cli/run.js';
import { until } from '../feeds/waiting.js';

export interface Program {
  readonly ended: Promise<number | null>;
  err(): string;
  signal(name: NodeJS.Signals): void;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    err += more;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { ended, err: () => err, signal: (name) => void child.kill(name) };
}

/** A simulated board behind a pseudo-terminal, at a path that stays; resolves when it is there. */
export async function startBoard(link: string, ...options: readonly string[]): Promise<Program> {
  const board = start(['simulate', '--link', link, '--latency', '1ms', ...options]);
  await until(async () => board.err().includes('is at '));
  return board;
}

export interface Health {
  readonly status: string;
  readonly problems: readonly { code: string; message: string; since_unix_s: number }[];
  readonly bench: string;
  readonly run: string | null;
  readonly boards: readonly {
    board: string;
    port: string;
    samples: number;
    power_w: number | null;
    last_sample_unix_s: number | null;
  }[];
  readonly captures: { files: number; bytes: number } | null;
}

export interface RunningAgent extends Program {
  readonly url: string;
  health(): Promise<Health & { readonly code: number }>;
  metrics(): Promise<string>;
  /** Waits until the health check says so. */
  is(status: string): Promise<Health & { readonly code: number }>;
}

/** Starts the agent with a configuration, and waits until it answers. */
export async function startAgent(
  folder: string,
  config: object,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningAgent> {
  const agent = startUnready(folder, { listen: { at: '127.0.0.1:0' }, ...config }, env);
  const [, url] = await until(async () => {
    const told = /health at (http:\S+)\/health/.exec(agent.err());
    if (!told) await stillRuns(agent);
    return told;
  });
  const health = async () => {
    const reply = await fetch(`${url}/health`);
    return { ...((await reply.json()) as Health), code: reply.status };
  };
  return {
    ...{ ...agent, url: url!, health },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    is: (status) =>
      until(async () => {
        const now = await health();
        return now.status === status && now;
      }),
  };
}

export function startUnready(folder: string, config: object | string, env: NodeJS.ProcessEnv = {}): Program {
  const file = join(folder, 'agent.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  return start(['agent', '--config', file], env);
}

async function stillRuns(program: Program): Promise<void> {
  const code = await Promise.race([
    program.ended,
    new Promise<undefined>((resolve) => setTimeout(resolve, 0)),
  ]);
  if (code !== undefined) throw new Error(`it ended with ${code}: ${program.err()}`);
}
