import { readdirSync, readFileSync } from 'node:fs';

/** A process that can be told, and its number, null where it has none of its own. */
interface Told {
  readonly pid?: number | null;
  signal(signal: NodeJS.Signals): boolean;
}

/** Tells a process and what it has started, as Ctrl-C on a terminal does. */
export function signalWithDescendants(target: Told, signal: NodeJS.Signals): void {
  const started = target.pid == null ? [] : descendantsInGroup(target.pid);
  target.signal(signal);
  for (const pid of started) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself, or is somebody else's.
    }
  }
}

/**
 * What a process has started, and what that has, as far as it is in the same process group: those besides it that hear of a Ctrl-C on
 * a terminal. None where the system does not tell (not Linux).
 */
function descendantsInGroup(pid: number): number[] {
  const found = processes();
  const group = found.find((each) => each.pid === pid)?.group;
  const family = new Set([pid]);
  // A child may have a lower number than its parent, where numbers have come round.
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const each of found) if (family.has(each.parent) && each.group === group) family.add(each.pid);
  }
  family.delete(pid);
  return [...family];
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

function processes(): Process[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => read(name) ?? []);
  } catch {
    return [];
  }
}

/** Undefined where it has ended meanwhile. */
function read(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may hold anything.
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid: Number(pid), parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}
