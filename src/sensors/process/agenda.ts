/** How much earlier than it is due something is done, as a share of its interval, where the process is awake for something else. */
const early = 0.25;

interface Entry {
  readonly act: () => void;
  dueMs: number;
  intervalMs: number;
}

/**
 * Does things when they are due, and together what is due at about the same time: to wake a process up costs more than all that it
 * then does.
 */
export class Agenda {
  readonly #entries = new Set<Entry>();
  #timer: NodeJS.Timeout | undefined;
  #timerMs = Number.POSITIVE_INFINITY;

  /** Does it once, after about `ms`. Returns what calls it off. @param intervalMs how often it is done */
  after(ms: number, intervalMs: number, act: () => void): () => void {
    const entry = { act, dueMs: performance.now() + ms, intervalMs };
    this.#entries.add(entry);
    this.#set();
    return () => void this.#entries.delete(entry);
  }

  #set(): void {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#entries) firstMs = Math.min(firstMs, dueMs);
    if (firstMs >= this.#timerMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = firstMs;
    this.#timer = setTimeout(() => this.#go(), Math.max(0, firstMs - performance.now()));
  }

  #go(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    for (const entry of [...this.#entries])
      if (entry.dueMs - early * entry.intervalMs <= nowMs && this.#entries.delete(entry)) entry.act();
    this.#set();
  }
}
