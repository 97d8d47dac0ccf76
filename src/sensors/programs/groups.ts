/** Process groups of programs: a program and all that it started. */

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended.
  }
}

export const killGroup = (pid: number): void => signalGroup(pid, 'SIGKILL');
