import { constants } from 'node:fs';

const { O_NONBLOCK = 0 } = constants;

/**
 * The C library's way to start a process and to wait for its end. Node's own resets signals, has no word for those above 31,
 * and needs descriptors.
 */
export interface System {
  /** @returns the process's number, or an error's, negated */
  spawn(file: Bytes, argv: readonly Bytes[], environment: readonly Bytes[], how: SpawnHow): number;
  /** As `waitpid` gives it; null while it runs. */
  endOf(pid: number): number | null;
  /** Lets what is started have a descriptor. */
  keepForChildren(fd: number): void;
  /** Makes a descriptor wait for its other end, or not. */
  setWaiting(fd: number, waiting: boolean): void;
}

/** A C string, without its end. */
export type Bytes = Uint8Array;

interface SpawnHow {
  /** What standard input, output and error are: a descriptor of ours, or null for `/dev/null`. */
  readonly stdio: readonly (number | null)[];
  readonly ignored: ReadonlySet<number>;
  readonly blocked: ReadonlySet<number>;
  /** The soft limit of open files; null for powerlog's own. */
  readonly openFilesMax: bigint | null;
}

/** Undefined where it cannot be had: other systems, no build of koffi, no descriptor left to load it. */
export function loadSystem(): System | undefined {
  if (process.platform !== 'linux' || arch32.has(process.arch)) return undefined;
  try {
    return bind(require('koffi') as typeof import('koffi'));
  } catch {
    return undefined;
  }
}

/** Where the structures below are others. */
const arch32: ReadonlySet<string> = new Set(['arm', 'ia32', 'mips', 'mipsel']);

// Linux, glibc and musl alike.
const setSigDefault = 0x04;
const setSigMask = 0x08;
const signals = 64;
const childEnded = 17;
const unstoppable: ReadonlySet<number> = new Set([9, 19]);
const ignoreHandler = 1n;
const wnohang = 1;
const echild = 10;
const fSetFd = 2;
const fGetFl = 3;
const fSetFl = 4;
const rlimitNofile = 7;
const readWrite = 2;
/** Larger than any `posix_spawnattr_t`, `posix_spawn_file_actions_t` or `struct sigaction`; we never look inside. */
const opaqueBytes = 1024;
const signalSetBytes = 128;

function bind(koffi: typeof import('koffi')): System {
  const libc = koffi.load(null);
  const posixSpawn = libc.func(
    'int posix_spawnp(_Out_ int32_t *, const uint8_t *, const uint8_t *, const uint8_t *, const uint8_t **, const uint8_t **)',
  );
  const actionsInit = libc.func('int posix_spawn_file_actions_init(_Out_ uint8_t *)');
  const addDup2 = libc.func('int posix_spawn_file_actions_adddup2(_Inout_ uint8_t *, int, int)');
  const addOpen = libc.func(
    'int posix_spawn_file_actions_addopen(_Inout_ uint8_t *, int, const char *, int, uint32_t)',
  );
  const actionsDestroy = libc.func('int posix_spawn_file_actions_destroy(_Inout_ uint8_t *)');
  const attributesInit = libc.func('int posix_spawnattr_init(_Out_ uint8_t *)');
  const setFlags = libc.func('int posix_spawnattr_setflags(_Inout_ uint8_t *, int16_t)');
  const setDefaults = libc.func('int posix_spawnattr_setsigdefault(_Inout_ uint8_t *, const uint8_t *)');
  const setMask = libc.func('int posix_spawnattr_setsigmask(_Inout_ uint8_t *, const uint8_t *)');
  const waitpid = libc.func('int waitpid(int, _Out_ int32_t *, int)');
  const fcntl = libc.func('int fcntl(int, int, ...)');
  const getrlimit = libc.func('int getrlimit(int, _Out_ uint64_t *)');
  const setrlimit = libc.func('int setrlimit(int, const uint64_t *)');
  const getSigaction = libc.func('int sigaction(int, const void *, _Out_ uint8_t *)');
  const setSigaction = libc.func('int sigaction(int, const uint8_t *, void *)');

  /** Does something with a soft limit that is a command's, not powerlog's. */
  function withOpenFiles<T>(max: bigint | null, act: () => T): T {
    const own = new BigUint64Array(2);
    if (max === null || getrlimit(rlimitNofile, own) !== 0) return act();
    setrlimit(rlimitNofile, BigUint64Array.of(max, own[1]!));
    try {
      return act();
    } finally {
      setrlimit(rlimitNofile, own);
    }
  }

  /** Does something with signals ignored, which is what a process hands on to those it starts. */
  function withIgnored<T>(ignored: ReadonlySet<number>, act: () => T): T {
    const before = [...ignored].map((signal) => {
      const own = new Uint8Array(opaqueBytes);
      const ignore = new BigUint64Array(opaqueBytes / 8);
      ignore[0] = ignoreHandler;
      getSigaction(signal, null, own);
      setSigaction(signal, new Uint8Array(ignore.buffer), null);
      return { signal, own };
    });
    try {
      return act();
    } finally {
      for (const { signal, own } of before) setSigaction(signal, own, null);
    }
  }

  function spawn(file: Bytes, argv: readonly Bytes[], environment: readonly Bytes[], how: SpawnHow): number {
    const ignored = new Set([...how.ignored].filter((signal) => canBeIgnored(signal)));
    const attributes = new Uint8Array(opaqueBytes);
    attributesInit(attributes);
    setFlags(attributes, setSigDefault | setSigMask);
    setDefaults(
      attributes,
      signalSet((signal) => !ignored.has(signal)),
    );
    setMask(
      attributes,
      signalSet((signal) => how.blocked.has(signal)),
    );
    const actions = new Uint8Array(opaqueBytes);
    actionsInit(actions);
    for (const [fd, source] of how.stdio.entries()) {
      if (source === null) addOpen(actions, fd, '/dev/null', readWrite, 0);
      else if (source !== fd) addDup2(actions, source, fd);
    }
    const pid: [number] = [0];
    const error: number = withIgnored(ignored, () =>
      withOpenFiles(how.openFilesMax, () =>
        posixSpawn(pid, text(file), actions, attributes, pointers(argv), pointers(environment)),
      ),
    );
    actionsDestroy(actions);
    return error === 0 ? pid[0] : -error;
  }

  return {
    spawn,
    endOf(pid) {
      const status: [number] = [0];
      const found: number = waitpid(pid, status, wnohang);
      if (found < 0 && koffi.errno() !== echild) return null; // interrupted
      if (found === 0) return null;
      return found < 0 ? lostStatus : status[0];
    },
    keepForChildren: (fd) => void fcntl(fd, fSetFd, 'int', 0),
    setWaiting(fd, waiting) {
      const flags: number = fcntl(fd, fGetFl);
      const wanted = waiting ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
      if (flags >= 0 && wanted !== flags) fcntl(fd, fSetFl, 'int', wanted);
    },
  };
}

/** Somebody else has waited for it: an end, but no success. */
const lostStatus = 1 << 8;

/** While CHLD is ignored, the kernel forgets how a process ended. */
const canBeIgnored = (signal: number): boolean => signal !== childEnded && !unstoppable.has(signal);

function signalSet(has: (signal: number) => boolean): Uint8Array {
  const set = new Uint8Array(signalSetBytes);
  for (let signal = 1; signal <= signals; signal++)
    if (has(signal)) set[(signal - 1) >> 3]! |= 1 << ((signal - 1) & 7);
  return set;
}

/** A list of C strings, with the end of each and of the list. */
const pointers = (strings: readonly Bytes[]): (Uint8Array | null)[] => [...strings.map(text), null];

const text = (bytes: Bytes): Uint8Array => Buffer.concat([bytes, Uint8Array.of(0)]);
