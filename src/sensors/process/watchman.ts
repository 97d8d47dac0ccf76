import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads lines of processes for as long as powerlog lives, and a second after its end kills those of the last line: until then they
 * end by themselves, unless a driver holds them.
 */
const script = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || { sleep 1; kill -KILL $pids; }';

/**
 * Outlives powerlog, and ends what hangs in a driver and so does not hear of its end. It is a shell that waits for its input to end,
 * and costs nothing meanwhile. Windows has none.
 */
export class Watchman {
  #shell: ChildProcess | undefined;

  /** What is to be ended: a process, and groups that it started. */
  watch(pid: number | undefined, groups: readonly number[]): void {
    if (process.platform === 'win32' || pid === undefined) return;
    this.#shell ??= this.#start();
    this.#shell.stdin?.write(`${[pid, ...groups.map((group) => -group)].join(' ')}\n`);
  }

  /** All has ended. */
  stop(): void {
    this.#shell?.stdin?.end('\n');
    this.#shell = undefined;
  }

  #start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // Where there is no shell, or it was ended, powerlog goes on without.
    shell.once('error', () => {});
    shell.stdin.on('error', () => {});
    shell.unref();
    (shell.stdin as typeof shell.stdin & { unref?: () => void }).unref?.();
    return shell;
  }
}
