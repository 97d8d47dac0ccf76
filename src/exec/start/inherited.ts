import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt } from '../../errors.js';
import { openFlags, startedUnderNohup } from './nohup.js';

/**
 * What powerlog was started with, and a command is to be started with again. Node changes all of it before any JavaScript
 * runs: it closes descriptors for children, raises the limit of open files, and resets ignored and blocked signals.
 */
interface Inherited {
  /** Open descriptors from 3 up. */
  readonly descriptors: readonly number[];
  /** Standard descriptors that were closed; Node has put `/dev/null` there. */
  readonly closed: readonly number[];
  /** Standard descriptors that do not wait for their other end. */
  readonly unwaiting: ReadonlySet<number>;
  /** The soft limit of open files; null where it is as it was, or not known. */
  readonly openFilesMax: bigint | null;
  /** Numbers of signals. */
  readonly ignored: ReadonlySet<number>;
  readonly blocked: ReadonlySet<number>;
  /** What could not be found out, in words; null where everything could. */
  readonly unknown: string | null;
}

/** The variable in which `bin/powerlog` notes what it has seen. */
export const startNote = 'POWERLOG_STARTED';

const hangUp = 1;
/** Node leaves those above alone. */
const lastReset = 31;

/**
 * Signals that shells and runtimes ignore for themselves, or while they wait, and not for what they start: INT, QUIT, PIPE,
 * TERM, CHLD, TSTP, TTIN, TTOU, XFSZ.
 */
const ignoredForThemselves: ReadonlySet<number> = new Set([2, 3, 13, 15, 17, 20, 21, 22, 25]);

const openFilesLimit = 'Max open files';

/** Taken when this is loaded, before powerlog opens anything. */
export const inherited: Inherited = readNote() ?? deduce();

/** What `bin/powerlog` has noted, where it was this process that it became. */
function readNote(): Inherited | undefined {
  const note = process.env[startNote] ?? '';
  delete process.env[startNote];
  const parts = /^(\d+) (\d+|unlimited) ([\da-f]+) ([\da-f]+)((?: \d+)*)$/.exec(note);
  if (!parts || Number(parts[1]) !== process.pid) return undefined;
  const [, , openFiles = '', ignored = '', blocked = '', open = ''] = parts;
  const descriptors = open.trim().split(' ').map(Number);
  return {
    descriptors: descriptors.filter((fd) => fd > 2),
    closed: [0, 1, 2].filter((fd) => !descriptors.includes(fd)),
    unwaiting: unwaitingStandard(),
    openFilesMax: openFiles === 'unlimited' ? null : BigInt(openFiles),
    ignored: signalSet(ignored),
    blocked: signalSet(blocked),
    unknown: null,
  };
}

/** As far as the system and the parent process tell. */
function deduce(): Inherited {
  const parents = [...signalSet(ignoredBy(process.ppid))].filter(
    (signal) => !ignoredForThemselves.has(signal),
  );
  const kept = [...signalSet(ignoredBy('self'))].filter((signal) => signal > lastReset);
  const ignored = new Set([...parents.filter((signal) => signal <= lastReset), ...kept]);
  if (startedUnderNohup()) ignored.add(hangUp);
  const openFiles = deduceOpenFiles();
  return {
    descriptors: openDescriptors(),
    closed: [],
    unwaiting: unwaitingStandard(),
    openFilesMax: typeof openFiles === 'bigint' ? openFiles : null,
    ignored,
    blocked: new Set(),
    unknown: typeof openFiles === 'string' ? openFiles : null,
  };
}

/**
 * Node raises the soft limit to the hard one. The parent still has the original, unless something changed it in between: a
 * shell or `prlimit` that became powerlog.
 */
function deduceOpenFiles(): bigint | string | null {
  const own = limitsOf('self');
  const parents = limitsOf(process.ppid);
  const [soft, hard] = own?.get(openFilesLimit) ?? [];
  if (!own || soft === undefined || soft !== hard) return null; // it was not raised
  // A service manager gives services limits of their own.
  if (!parents || process.ppid <= 1) return `the soft limit of open files, which Node has raised to ${hard}`;
  const [parentsSoft, parentsHard] = parents.get(openFilesLimit) ?? [];
  // Where the hard one is another, `ulimit -n` has set both.
  const alike = parentsHard === hard && sameLimits(own, parents);
  return alike && parentsSoft && parentsSoft !== hard ? BigInt(parentsSoft) : null;
}

type Limits = ReadonlyMap<string, readonly [soft: string, hard: string]>;

/** Of a process, by their names in `/proc`; undefined where the system does not tell. */
function limitsOf(pid: number | 'self'): Limits | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/limits`, 'latin1'));
  const rows = text?.matchAll(/^(Max [a-z ]+?) {2,}(\S+) +(\S+)/gm);
  return rows && new Map([...rows].map(([, name = '', soft = '', hard = '']) => [name, [soft, hard]]));
}

function sameLimits(own: Limits, others: Limits): boolean {
  return [...own].every(
    ([name, both]) => name === openFilesLimit || others.get(name)?.join() === both.join(),
  );
}

/** From 3 up, without those that Node has opened for itself: event queues, and behind the first of them pipes with both ends here alone. */
function openDescriptors(): number[] {
  const targets = descriptorsOf('self').filter(([fd]) => fd > 2);
  const queues = targets.filter(([, target]) => target === 'anon_inode:[eventpoll]').map(([fd]) => fd);
  const first = Math.min(...queues);
  const parents = new Set(descriptorsOf(process.ppid).map(([, target]) => target));
  const hasBothEnds = (pipe: string) => targets.filter(([, target]) => target === pipe).length === 2;
  return targets
    .filter(([, target]) => !target.startsWith('anon_inode:[event') && !target.startsWith('anon_inode:[io_'))
    .filter(
      ([fd, target]) =>
        !target.startsWith('pipe:') || fd < first || parents.has(target) || !hasBothEnds(target),
    )
    .map(([fd]) => fd);
}

function unwaitingStandard(): Set<number> {
  const { O_NONBLOCK = 0 } = constants;
  return new Set([0, 1, 2].filter((fd) => ((openFlags(fd) ?? 0) & O_NONBLOCK) !== 0));
}

/** Descriptors and what they are open on. */
function descriptorsOf(pid: number | 'self'): (readonly [fd: number, target: string])[] {
  const folder = `/proc/${pid}/fd`;
  return (attempt(() => readdirSync(folder)) ?? []).flatMap((name) => {
    const target = attempt(() => readlinkSync(`${folder}/${name}`)); // not the one that listed the folder
    return target === undefined ? [] : [[Number(name), target] as const];
  });
}

/** Hexadecimal, as `/proc` writes a set of signals: bit 0 is signal 1. */
function signalSet(bits: string): Set<number> {
  const set = BigInt(`0x${bits || '0'}`);
  return new Set(Array.from({ length: 64 }, (_, n) => n + 1).filter((n) => (set >> BigInt(n - 1)) & 1n));
}

/** Empty where the system does not tell. */
function ignoredBy(pid: number | 'self'): string {
  const text = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1'));
  return /^SigIgn:\s*([\da-f]+)/m.exec(text ?? '')?.[1] ?? '';
}
