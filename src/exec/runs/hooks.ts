import { startChild } from '../child/child.js';
import type { SignalRelay } from '../child/signals.js';
import type { RunStatus } from '../figures/summaries.js';

/** What is run before and after each run of a command, unmeasured: command lines for `/bin/sh`. */
export interface Hooks {
  readonly prepare: string | null;
  readonly conclude: string | null;
}

/** A preparation or a conclusion that failed, or during which somebody asked for an end: nothing is run any more. */
export interface HookFailure {
  readonly message: string;
  /** Its own, as a command's. */
  readonly status: number;
}

/** Standard output belongs to the measured command, and so does standard input. */
const standardError = 2;

/** Runs one to its end; null where it went well. */
export async function runHook(
  option: '--prepare' | '--conclude',
  line: string | null,
  relay: SignalRelay,
): Promise<HookFailure | null> {
  if (line === null) return null;
  const askedBefore = relay.endAsked;
  const hook = startChild(['/bin/sh', '-c', line], process.env, ['ignore', standardError, 'inherit']);
  relay.attach(hook);
  const { status, signal, exitCode, failure } = await hook.ended;
  relay.attach(null);
  const { endAsked } = relay;
  if (endAsked && !askedBefore)
    return {
      message: `${endAsked.by} came while ${option} '${line}' ran: nothing more is run`,
      status: status === 0 ? endAsked.status : status,
    };
  if (status === 0) return null;
  const how = failure ?? endText({ exit_code: exitCode, signal });
  return {
    message: `${option} '${line}' failed (${how}), so nothing more is run; append '|| true' to it where that may be ignored`,
    status,
  };
}

/** How a command ended, in words. */
export function endText({ status, exit_code, signal }: Ended): string {
  if (status === 'unended') return 'cut off with the recording';
  if (signal !== null) return `killed by ${signal}`;
  return exit_code === null ? 'could not be run' : `exit code ${exit_code}`;
}

/** `failed, exit code 3` */
export const statusText = (run: Ended): string =>
  run.status === 'unended' ? endText(run) : `${run.status}, ${endText(run)}`;

interface Ended {
  readonly status?: RunStatus;
  readonly exit_code: number | null;
  readonly signal: string | null;
}
