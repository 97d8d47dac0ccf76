import { openSync, readSync } from 'node:fs';
import { availableParallelism, getPriority, setPriority } from 'node:os';

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

/** How much a look counts in the mean of what runs: some 0.8 s of looks. */
const lookWeight = 1 / 8;
/** More than a core's worth beside this thread, which runs whenever it looks. */
const busyBeyondCores = 0.5;
/** How often to look, ns: each is one read of a file that the kernel makes up. */
export const lookEveryNs = 100e6;

/**
 * The calling thread's place before what merely computes, where the system allows one: a thread that sleeps most of the time
 * takes nothing from anybody, but waits for its turn behind those that do not. Less nice throughout, which adds no switch. Real
 * time, the lowest there is, only while the machine is busy: it holds against programs of other sessions too, which `nice`
 * does not where the kernel groups by session. On an idle core it cost each sample a third switch, and 15 to 23 µs more at
 * 830 Hz in two bursts, since the thread goes before the kernel's own that hands it the bytes, and then has to wait for it.
 * The kernel's limit (95 % of a core) holds should it ever spin. A policy that the user chose is left alone.
 */
export class ThreadPriority {
  /** What the thread runs at, such as `nice -10, rr 1 under load`; null where threads have no priority of their own. */
  readonly told: string | null;
  readonly #scheduler: Scheduler | undefined;
  readonly #cores = availableParallelism();
  readonly #load = Buffer.alloc(64);
  readonly #loadFd: number | undefined;
  #raised = false;
  /** How many threads of the machine run or want to, on average. */
  #running = 0;

  constructor() {
    if (process.platform !== 'linux') {
      this.told = null;
      return;
    }
    const scheduler = loadScheduler();
    if (scheduler && scheduler.policy() !== other) {
      const policy = scheduler.policy();
      this.told = `${policies[policy] ?? `policy ${policy}`} ${scheduler.priority()}`;
      return;
    }
    lowerNice();
    const nice = `nice ${getPriority()}`;
    this.#loadFd = openLoad();
    const mayRaise = this.#loadFd !== undefined && scheduler?.set(roundRobin) === true;
    this.told = mayRaise ? `${nice}, rr ${lowestRealTime} under load` : nice;
    if (!mayRaise) return;
    this.#scheduler = scheduler;
    this.#raised = true;
    this.#running = this.#runningNow();
    this.#settle();
  }

  /** Looks whether the machine is busy, and takes the place that fits; called every `lookEveryNs`. */
  look(): void {
    if (!this.#scheduler) return;
    this.#running += (this.#runningNow() - this.#running) * lookWeight;
    this.#settle();
  }

  #settle(): void {
    const wanted = this.#running > this.#cores + (this.#raised ? 0 : busyBeyondCores);
    if (wanted !== this.#raised && this.#scheduler?.set(wanted ? roundRobin : other)) this.#raised = wanted;
  }

  /** The fourth figure of `0.31 0.20 0.15 3/412 9131`. */
  #runningNow(): number {
    const length = readSync(this.#loadFd!, this.#load, 0, this.#load.length, 0);
    const [, running = '0'] = / (\d+)\//.exec(this.#load.toString('latin1', 0, length)) ?? [];
    return Number(running);
  }
}

function openLoad(): number | undefined {
  try {
    return openSync('/proc/loadavg', 'r');
  } catch {
    return undefined;
  }
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
  set(policy: number): boolean;
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
      set: (policy) => {
        const priority = policy === other ? 0 : lowestRealTime;
        const parameters = Int32Array.of(priority, ...Array(15).fill(0));
        return setScheduler(thisThread, policy | resetOnFork, parameters) === 0;
      },
    };
  } catch {
    return undefined;
  }
}
