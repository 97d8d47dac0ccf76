import { constants } from 'node:os';
import { inherited } from './inherited.js';

/** Those that would end powerlog, or that it would hand on. */
const heeded: readonly NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTSTP',
];

/** Whether a signal was ignored when powerlog was started. */
export const isIgnored = (signal: NodeJS.Signals): boolean =>
  inherited.ignored.has(constants.signals[signal]);

/** What asks a command that runs on and on to come to its end. */
export const endSignals = (): NodeJS.Signals[] =>
  isIgnored('SIGHUP') ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Goes on ignoring, to the end, what was ignored when powerlog was started. */
export function ignoreInherited(): void {
  for (const signal of heeded) if (isIgnored(signal)) process.on(signal, doNothing);
}

/** A terminal's end is not powerlog's where it was started with `nohup`; every command holds to that. */
export function ignoreHangUp(): void {
  if (isIgnored('SIGHUP')) process.on('SIGHUP', doNothing);
}

const doNothing = (): void => {};
