import { endSignals } from '../exec/start/ignored.js';

/** So long after the first request to end, another one is not the same come twice. */
const patienceMs = 2000;

/**
 * While powerlog comes to its end: who asks for it again a while later gets it, whatever hangs (a pipe that nobody reads, a
 * disk); what was written is whole.
 * @returns what puts an end to that
 */
export function endWhenAskedAgain(): () => void {
  const sinceMs = performance.now();
  const signals = endSignals();
  const asked = (signal: NodeJS.Signals): void => {
    if (performance.now() - sinceMs < patienceMs) return;
    release();
    process.removeAllListeners(signal); // with nobody left to hear it, the signal ends powerlog
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    for (const signal of signals) process.off(signal, asked);
  };
  for (const signal of signals) process.on(signal, asked);
  return release;
}
