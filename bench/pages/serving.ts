import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { powerlog, type Workshop } from '../workshop.js';

/** A powerlog that serves a page. */
export interface Serving {
  /** With the token in its fragment. */
  readonly url: string;
  readonly pid: number;
  /** Asks for a path with the token; the whole reply. @throws Error where the server refuses */
  ask(path: string): Promise<ArrayBuffer>;
  /** Ctrl-C, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts a command that prints a page's address. @param on the output that it does so on */
export async function serve(
  workshop: Workshop,
  args: readonly string[],
  on: 'stdout' | 'stderr',
): Promise<Serving> {
  const stdio = { stdout: ['ignore', 'pipe', 'ignore'], stderr: ['ignore', 'ignore', 'pipe'] } as const;
  const child = workshop.start([process.execPath, powerlog, ...args], [...stdio[on]]);
  const ended = once(child, 'exit');
  const url = await addressOn(child, on, ended);
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get('token');
  return {
    url,
    pid: child.pid!,
    ask: async (path) => {
      const reply = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } });
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      return reply.arrayBuffer();
    },
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

async function addressOn(
  child: ChildProcess,
  on: 'stdout' | 'stderr',
  ended: Promise<unknown>,
): Promise<string> {
  let said = '';
  const found = new Promise<string>((resolve) => {
    createInterface({ input: child[on]! }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-2000);
      if (line.startsWith('http://')) resolve(line);
    });
  });
  const none = ended.then(() => {
    throw new Error(`it ended without serving a page: ${said}`);
  });
  return Promise.race([found, none]);
}

/** What a process has had of the cores since it began, all its threads, as the scheduler counts it, s. */
export function cpuS(pid: number): number {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).reduce((sum, thread) => {
    const [ns] = readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ');
    return sum + Number(ns) / 1e9;
  }, 0);
}
