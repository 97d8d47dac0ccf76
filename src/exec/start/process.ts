import { accessSync, constants as modes, statSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { inherited } from './inherited.js';
import { rawArgument, rawEnvironment } from './raw-words.js';
import type { Bytes, System } from './system.js';

/** How a process ended. */
interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly status: number;
}

export interface StartedProcess {
  readonly pid: number;
  /** Resolves as soon as its end is known. */
  readonly ended: Promise<ProcessEnd>;
  /** False where it has ended. */
  signal(signal: NodeJS.Signals): boolean;
}

/** Says that a process could not be started; `code` is the system's, such as `ENOENT`. */
class NotStarted extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * Starts a process with what powerlog itself was started with: descriptors, limits, signals, every byte of its arguments and
 * environment.
 * @throws NotStarted
 */
export function startProcess(
  system: System,
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  stdio: readonly (number | null)[],
): StartedProcess {
  const words = argv.map((word) => rawArgument(word) ?? Buffer.from(word));
  const { ignored, blocked, openFilesMax } = inherited;
  const variables = rawEnvironment(environment);
  restoreStandard(system);
  const spawn = (file: Bytes, args: readonly Bytes[]): number =>
    system.spawn(file, args, variables, { stdio, ignored, blocked, openFilesMax });

  let look: () => void = () => {};
  const heard = (): void => look();
  process.on('SIGCHLD', heard); // before the process is there, so that its end is not missed
  let pid = spawn(words[0]!, words);
  // A script without a first line that names its interpreter is the shell's, as everywhere.
  if (pid === -constants.errno.ENOEXEC) {
    const script = findProgram(argv[0]!, environment.PATH);
    pid = spawn(Buffer.from('/bin/sh'), [Buffer.from('/bin/sh'), Buffer.from(script), ...words.slice(1)]);
  }
  if (pid < 0) {
    process.off('SIGCHLD', heard);
    throw new NotStarted(nameOf(constants.errno, -pid) ?? `error ${-pid}`);
  }
  let running = true;
  const ended = new Promise<ProcessEnd>((resolve) => {
    look = () => {
      const waited = running ? system.endOf(pid) : null;
      if (waited === null) return;
      running = false;
      process.off('SIGCHLD', heard);
      clearInterval(timer);
      resolve(processEnd(waited));
    };
  });
  // Keeps powerlog alive, and hears of an end whose signal was lost.
  const timer = setInterval(heard, lookMs);
  look();
  return { pid, ended, signal: (signal) => running && process.kill(pid, signal) };
}

const lookMs = 1000;

/** Node has its own way with the standard descriptors that it has used, which the processes that share them feel. */
function restoreStandard(system: System): void {
  for (const fd of [0, 1, 2]) {
    if (inherited.closed.includes(fd)) continue;
    system.keepForChildren(fd);
    system.setWaiting(fd, !inherited.unwaiting.has(fd));
  }
}

/** From what `waitpid` gives. */
function processEnd(waited: number): ProcessEnd {
  const number = waited & 0x7f;
  if (number === 0) {
    const exitCode = (waited >> 8) & 0xff;
    return { exitCode, signal: null, status: exitCode };
  }
  return { exitCode: null, signal: signalName(number), status: 128 + number };
}

const firstRealTime = 34;

/** As shells call it: Node has no names for those above 31. */
function signalName(number: number): string {
  if (number < firstRealTime) return nameOf(constants.signals, number) ?? `SIG${number}`;
  return number === firstRealTime ? 'SIGRTMIN' : `SIGRTMIN+${number - firstRealTime}`;
}

const nameOf = (numbers: object, wanted: number): string | undefined =>
  Object.entries(numbers).find(([, number]) => number === wanted)?.[0];

function findProgram(file: string, path = '/bin:/usr/bin'): string {
  if (file.includes('/')) return file;
  return (
    path
      .split(delimiter)
      .map((folder) => join(folder || '.', file))
      .find(isProgram) ?? file
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, modes.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
