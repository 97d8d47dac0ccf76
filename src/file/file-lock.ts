import { constants } from 'node:os';

/** What an attempt to lock found: it is ours now, somebody else's, or cannot be locked here. */
export type LockOutcome = 'ours' | 'taken' | 'unknown';

const exclusiveAtOnce = 2 | 4; // LOCK_EX | LOCK_NB, alike on Linux and macOS

let flock: ((fd: number) => LockOutcome) | undefined;

/**
 * Locks an open file until its descriptor is closed, which the kernel does for whoever dies: no lock outlives its process.
 * It is `flock`, which binds those alone who ask: other programs may read and write the file.
 */
export function lockFile(fd: number): LockOutcome {
  flock ??= bindFlock();
  return flock(fd);
}

function bindFlock(): (fd: number) => LockOutcome {
  try {
    const koffi = require('koffi') as typeof import('koffi');
    const call = koffi.load(null).func('int flock(int, int)');
    const busy = [constants.errno.EWOULDBLOCK, constants.errno.EAGAIN];
    return (fd) => {
      if (call(fd, exclusiveAtOnce) === 0) return 'ours';
      return busy.includes(koffi.errno()) ? 'taken' : 'unknown';
    };
  } catch {
    return () => 'unknown'; // no build of koffi for this system, or a system without flock
  }
}
