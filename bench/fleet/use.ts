import { readFileSync } from 'node:fs';

/** What a process has cost so far. */
export interface Use {
  readonly cpuS: number;
  readonly rssMb: number;
}

/** Ticks of the kernel's clock; Linux tells programs of a hundred a second whatever it has itself. */
const ticksPerS = 100;

/** @throws Error where there is no such process any more */
export function useOf(pid: number): Use {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rssKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  return { cpuS: ticks / ticksPerS, rssMb: Number(rssKb) / 1024 };
}
