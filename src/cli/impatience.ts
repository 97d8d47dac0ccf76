import { endSignals } from '../exec/start/ignored.js';

/** So long after the first request to end, another one is not the same come twice. */
const patienceMs = 2000;

/**
 * Ctrl-C, a polite kill and, without `nohup`, a closed terminal end a recording well.
 * @param givingUp called right before powerlog is ended by a signal
 * @returns what puts an end to that
 */
export function onEndSignal(end: () => void, givingUp?: () => void): () => void {
  const signals = endSignals();
  let stopWaiting: (() => void) | undefined;
  const stop = (): void => {
    stopWaiting ??= endWhenAskedAgain(givingUp);
    end();
  };
  for (const signal of signals) process.on(signal, stop);
  return () => {
    stopWaiting?.();
    for (const signal of signals) process.off(signal, stop);
  };
}

/**
 * While powerlog comes to its end: who asks for it again a while later gets it, whatever hangs (a pipe that nobody reads, a
 * disk); what was written is whole.
 * @returns what puts an end to that
 */
export function endWhenAskedAgain(givingUp = () => {}): () => void {
  const sinceMs = performance.now();
  const signals = endSignals();
  const asked = (signal: NodeJS.Signals): void => {
    if (performance.now() - sinceMs < patienceMs) return;
    release();
    givingUp();
    process.removeAllListeners(signal); // with nobody left to hear it, the signal ends powerlog
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    for (const signal of signals) process.off(signal, asked);
  };
  for (const signal of signals) process.on(signal, asked);
  return release;
}
