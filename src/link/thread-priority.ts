import { getPriority, setPriority } from 'node:os';

/*
 * Linux schedules threads, each by a priority of its own: what the sampling thread takes is its alone, and a command that the
 * main thread starts does not inherit it. Elsewhere a priority is the whole process's, so nothing is asked for there.
 */

const policies = ['other', 'fifo', 'rr', 'batch', 'idle'];
const other = 0;
const roundRobin = 2;
/** Whatever such a thread starts begins at normal priority. */
const resetOnFork = 0x40000000;
/** Below every other real-time thread of the machine, the kernel's own above all. */
const lowestRealTime = 1;
const lessNice = -10;

/**
 * Raises the calling thread above what merely computes, where the system allows it: a thread that sleeps most of the time
 * takes nothing from anybody, but waits for its turn behind those that do not. Real time first, the lowest there is: it
 * holds against busy programs of other sessions too, which `nice` does not where the kernel groups by session; and the
 * kernel's own limit (95 % of a core) holds should it ever spin. A policy that the user chose is left alone.
 * @returns what the thread runs at, `rr 1` or `nice 0`; null where threads have no priority of their own
 */
export function raiseThreadPriority(): string | null {
  if (process.platform !== 'linux') return null;
  const scheduler = loadScheduler();
  if (scheduler && scheduler.policy() === other && !scheduler.setRealTime()) lowerNice();
  if (!scheduler) lowerNice();
  const policy = scheduler?.policy() ?? other;
  if (policy === other) return `nice ${getPriority()}`;
  return `${policies[policy] ?? `policy ${policy}`} ${scheduler?.priority() ?? 0}`;
}

function lowerNice(): void {
  try {
    if (getPriority() > lessNice) setPriority(lessNice);
  } catch {
    // Not allowed: the thread stays where it is, and that is told.
  }
}

interface Scheduler {
  policy(): number;
  priority(): number;
  /** False where it is not allowed. */
  setRealTime(): boolean;
}

/** Undefined where the C library has no such functions. */
function loadScheduler(): Scheduler | undefined {
  try {
    const libc = (require('koffi') as typeof import('koffi')).load(null);
    const getScheduler = libc.func('int sched_getscheduler(int)');
    const setScheduler = libc.func('int sched_setscheduler(int, int, const int *)');
    const getParameters = libc.func('int sched_getparam(int, _Out_ int *)');
    const thisThread = 0;
    return {
      policy: () => Math.max(other, getScheduler(thisThread) & ~resetOnFork),
      priority: () => {
        const parameters = new Int32Array(16); // the C library's structure may have more than the priority
        getParameters(thisThread, parameters);
        return parameters[0]!;
      },
      setRealTime: () =>
        setScheduler(
          thisThread,
          roundRobin | resetOnFork,
          Int32Array.of(lowestRealTime, ...Array(15).fill(0)),
        ) === 0,
    };
  } catch {
    return undefined;
  }
}
