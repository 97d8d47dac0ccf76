import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt } from '../../errors.js';
import { realPath } from '../../file/real-path.js';

/** Which processes have a device open, as `name (pid)`; empty where the system does not tell (other than Linux). */
export function holdersOf(path: string): string[] {
  const holders: string[] = [];
  const target = realPath(path);
  for (const pid of attempt(() => readdirSync('/proc')) ?? []) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
    if (descriptors.some((fd) => attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === target))
      holders.push(`${attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) ?? '?'} (pid ${pid})`);
  }
  return holders;
}
