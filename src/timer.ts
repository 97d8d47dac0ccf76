/** Node fires at once what it shall wait for longer than this (24.8 days), ms. */
const longestMs = 2 ** 31 - 1;

/**
 * Calls back after any time, for ever included, never early. Returns what cancels it.
 * @param ref Whether it keeps the process alive.
 */
export function startTimer(ms: number, act: () => void, ref = true): () => void {
  const dueMs = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) act();
    else start(leftMs);
  };
  const start = (leftMs: number): void => {
    timer = setTimeout(wait, Math.min(Math.max(0, Math.ceil(leftMs)), longestMs));
    if (!ref) timer.unref();
  };
  start(ms);
  return () => clearTimeout(timer);
}

/** Resolves after a time, or when it is aborted, or when something else has happened. */
export function pause(ms: number, signal: AbortSignal, earlier?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = startTimer(ms, finish);
    signal.addEventListener('abort', finish);
    void earlier?.then(finish);
    if (signal.aborted) finish();
  });
}
