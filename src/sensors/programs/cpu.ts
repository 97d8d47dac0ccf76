import { readFileSync } from 'node:fs';

/** Linux tells the CPU of a process in hundredths of a second, whatever the kernel's own ticks are. */
const ticksPerS = 100;

interface CpuOf {
  /** Of the process itself, s. */
  readonly ownS: number;
  /** Of those children that it has waited for, and of theirs, s. */
  readonly childrenS: number;
}

/** What the kernel charged a process, with what its ended children cost; null where it does not tell, or the process is gone. */
export function cpuOf(pid: number | 'self'): CpuOf | null {
  try {
    // The name in brackets may hold spaces and brackets itself.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, childUser, childSystem] = [11, 12, 13, 14].map((n) => Number(fields[n]));
    const s = (a: number | undefined, b: number | undefined) => ((a ?? 0) + (b ?? 0)) / ticksPerS;
    return { ownS: s(user, system), childrenS: s(childUser, childSystem) };
  } catch {
    return null;
  }
}
