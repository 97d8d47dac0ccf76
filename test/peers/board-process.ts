import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A board model in another program, which prints its port's path each time it gets one. */
export interface BoardProcess {
  readonly port: string;
  readonly pid: number;
  /** The path of the port it got on being plugged in again, or swapped for another board. */
  nextPort(): Promise<string>;
  /** Ends it; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a script of this folder and waits for its first port.
 * @throws Error where it ends before it says one.
 */
export async function startBoardProcess(
  python: string,
  script: string,
  args: readonly string[],
): Promise<BoardProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ports = portLines(lines);
  const nextPort = async (): Promise<string> => {
    const { value, done } = await ports.next();
    if (done) throw new Error(`the foreign board ended: ${complaint.trim()}`);
    return value;
  };
  const stop = async (): Promise<void> => {
    await ended(child, exited);
    lines.close();
  };
  try {
    return { port: await nextPort(), pid: child.pid ?? -1, nextPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lines that are a path; the last line, the counts, is none. */
async function* portLines(lines: Interface): AsyncGenerator<string, void> {
  for await (const line of lines) if (line.startsWith('/')) yield line;
}

async function ended(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await exited;
}
