import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { errorText, systemErrorCode } from '../errors.js';
import type { SignalTarget } from './signals.js';

/** What became of a command; instants are CLOCK_MONOTONIC, ns. */
export interface ChildEnd {
  /** The child's own exit code; null where a signal ended it, and where it never ran. */
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | null;
  /** Null where it never ran. */
  readonly pid: number | null;
  /** What powerlog ends with: the child's own, 128 + n after signal n, 127 not found, 126 not executable. */
  readonly status: number;
  /** Why it never ran; null where it ran. */
  readonly failure: string | null;
  /** Taken before the spawn, so that the child's whole life lies between the two. */
  readonly startNs: bigint;
  readonly endNs: bigint;
}

export interface RunningChild extends SignalTarget {
  readonly startNs: bigint;
  /** Never rejects. */
  readonly ended: Promise<ChildEnd>;
}

const notFound = 127;
const notExecutable = 126;

/**
 * Starts a command as if powerlog were not there: no shell, its arguments untouched, its standard streams those of
 * powerlog itself (a terminal stays a terminal), in the same process group. It outlives powerlog.
 * @param argv the command and its arguments
 * @param stdio where a standard stream is not to be powerlog's own
 */
export function startChild(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions = 'inherit',
): RunningChild {
  const [file = '', ...args] = argv;
  const startNs = process.hrtime.bigint();
  let child: ChildProcess;
  try {
    child = spawn(file, args, { stdio, env });
  } catch (error) {
    return { startNs, ended: Promise.resolve(neverRan(file, error, startNs)), signal: () => false };
  }
  const ended = new Promise<ChildEnd>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(neverRan(file, error, startNs));
    });
    child.once('exit', (exitCode, signal) => {
      const endNs = process.hrtime.bigint();
      const status = signal === null ? (exitCode ?? 0) : 128 + constants.signals[signal];
      resolve({ exitCode, signal, pid: child.pid ?? null, status, failure: null, startNs, endNs });
    });
  });
  return { startNs, ended, signal: (signal) => child.exitCode === null && child.kill(signal) };
}

function neverRan(file: string, error: unknown, startNs: bigint): ChildEnd {
  const code = systemErrorCode(error);
  // A script whose interpreter is missing is also ENOENT, but it was found.
  const missing = file === '' || code === 'ENOTDIR' || (code === 'ENOENT' && !existsHere(file));
  return {
    exitCode: null,
    signal: null,
    pid: null,
    status: missing ? notFound : notExecutable,
    failure: missing ? `'${file}' was not found` : `'${file}' cannot be run: ${reason(code, error)}`,
    startNs,
    endNs: process.hrtime.bigint(),
  };
}

const existsHere = (file: string): boolean => file.includes('/') && existsSync(file);

function reason(code: string | undefined, error: unknown): string {
  if (code === 'EACCES') return 'it is not an executable file, or lies where you may not look';
  if (code === 'ENOENT') return 'the interpreter that its first line names is missing';
  return errorText(error);
}
