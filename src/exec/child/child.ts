import { isUtf8 } from 'node:buffer';
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { errorText, systemErrorCode, usageError } from '../../errors.js';
import { inherited } from '../start/inherited.js';
import { type StartedProcess, startProcess } from '../start/process.js';
import { rawArgument } from '../start/raw-words.js';
import { loadSystem } from '../start/system.js';
import type { SignalTarget } from './signals.js';

/** What became of a command; instants are CLOCK_MONOTONIC, ns. */
export interface ChildEnd {
  /** The child's own exit code; null where a signal ended it, and where it never ran. */
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
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
  /** Null where it never ran. */
  readonly pid: number | null;
  /** Never rejects. */
  readonly ended: Promise<ChildEnd>;
}

const notFound = 127;
const notExecutable = 126;

const system = loadSystem();
for (const fd of inherited.descriptors) system?.keepForChildren(fd);

/**
 * Starts a command as if powerlog were not there: no shell, its arguments untouched, its standard streams those of
 * powerlog itself (a terminal stays a terminal), in the same process group, with the descriptors, limits and signals that
 * powerlog was started with. It outlives powerlog.
 * @param argv the command and its arguments
 * @param stdio where a standard stream is not to be powerlog's own
 */
export function startChild(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions = 'inherit',
): RunningChild {
  const descriptors = descriptorsFor(stdio);
  const startNs = process.hrtime.bigint();
  if (!system || !descriptors) return startThroughNode(argv, env, stdio, startNs);
  let child: StartedProcess;
  try {
    child = startProcess(system, argv, env, descriptors);
  } catch (error) {
    return neverStarted(argv, error, startNs);
  }
  const ended = child.ended.then((end) => {
    const endNs = process.hrtime.bigint();
    return { ...end, pid: child.pid, failure: null, startNs, endNs };
  });
  return { startNs, pid: child.pid, ended, signal: (signal) => child.signal(signal) };
}

/** @throws UserError (usage) where a command would be run with other arguments than it was given: Node replaces what is not UTF-8 */
export function refuseWhatNodeChanged(words: readonly string[]): void {
  const canHandOn = (word: string) => (system ? rawArgument(word) !== undefined : !word.includes('\uFFFD'));
  const changed = words.findIndex((word) => !canHandOn(word));
  if (changed < 0 || !existsSync(ownCommandLine) || isUtf8(readFileSync(ownCommandLine))) return;
  throw usageError(
    `argument ${changed} of the command is not UTF-8 and cannot be handed on as it is; run it from a script`,
  );
}

const ownCommandLine = '/proc/self/cmdline';

/** By standard stream, null for `/dev/null`; undefined where Node is needed, which makes pipes. */
function descriptorsFor(stdio: StdioOptions): (number | null)[] | undefined {
  const streams = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
  const descriptors = streams.map((stream, fd) => {
    if (stream === 'ignore') return null;
    return stream === 'inherit' ? fd : stream;
  });
  return descriptors.every((each) => each === null || typeof each === 'number') ? descriptors : undefined;
}

/** Starts a command where the system's own way cannot be had: signals and limits are then Node's. */
function startThroughNode(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions,
  startNs: bigint,
): RunningChild {
  const [file = '', ...args] = argv;
  let child: ChildProcess;
  try {
    child = spawn(file, args, { stdio, env });
  } catch (error) {
    return neverStarted(argv, error, startNs);
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
  const pid = child.pid ?? null;
  return { startNs, pid, ended, signal: (signal) => child.exitCode === null && child.kill(signal) };
}

const neverStarted = ([file = '']: readonly string[], error: unknown, startNs: bigint): RunningChild => ({
  startNs,
  pid: null,
  ended: Promise.resolve(neverRan(file, error, startNs)),
  signal: () => false,
});

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
