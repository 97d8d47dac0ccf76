import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

const writeOnly = 0o1;
const accessMode = 0o3;
const append = 0o2000;

/**
 * Whether `nohup` became this process, so that a terminal's end shall not be ours. Node resets the ignored signal before any
 * JavaScript runs, but `nohup` leaves traces: bash and zsh name it in `_`; standard input that was a terminal is now
 * `/dev/null`, open for writing; standard output that was one is now `nohup.out`.
 */
export function startedUnderNohup(): boolean {
  if (basename(process.env._ ?? '') === 'nohup') return true;
  const unreadableInput = pathOf(0) === '/dev/null' && ((openFlags(0) ?? 0) & accessMode) === writeOnly;
  const ownOutput = basename(pathOf(1) ?? '') === 'nohup.out' && ((openFlags(1) ?? 0) & append) !== 0;
  return unreadableInput || ownOutput;
}

/** How a descriptor is open, as `open` takes it; undefined where the system does not tell (other than Linux). */
export function openFlags(fd: number): number | undefined {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
    return Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '', 8);
  } catch {
    return undefined;
  }
}

function pathOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}
