import { startTimer } from '../../timer.js';

/** How much earlier or later than it is due something is done, as a share of its interval, and at most, ms. */
const slackShare = 0.25;
const mostSlackMs = 15;

interface Entry {
  readonly act: () => void;
  readonly earliestMs: number;
  readonly latestMs: number;
}

/**
 * Does things when they are due, and together what is due at about the same time: to wake a process up costs more than all that it
 * then does.
 */
export class Agenda {
  readonly #entries = new Set<Entry>();
  #cancelTimer: () => void = () => {};
  #timerMs = Number.POSITIVE_INFINITY;
  #isGoing = false;

  /** Does it once, after about `ms`. Returns what calls it off. @param intervalMs how often it is done */
  after(ms: number, intervalMs: number, act: () => void): () => void {
    const dueMs = performance.now() + ms;
    const slackMs = Math.min(slackShare * intervalMs, mostSlackMs);
    const entry = { act, earliestMs: dueMs - slackMs, latestMs: dueMs + slackMs };
    this.#entries.add(entry);
    if (!this.#isGoing) this.#set();
    return () => void this.#entries.delete(entry);
  }

  /** Does what is due, or nearly: the process is awake, for this or for something else. */
  go(): void {
    const nowMs = performance.now();
    // Whoever acts says when to act again, and only when all have is it known when to wake up.
    this.#isGoing = true;
    for (const entry of [...this.#entries])
      if (entry.earliestMs <= nowMs && this.#entries.delete(entry)) entry.act();
    this.#isGoing = false;
    this.#set();
  }

  /** What may wait waits, so that as much as can be is done in one go. */
  #set(): void {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { latestMs } of this.#entries) firstMs = Math.min(firstMs, latestMs);
    if (firstMs === this.#timerMs) return;
    this.#cancelTimer();
    this.#timerMs = firstMs;
    if (!Number.isFinite(firstMs)) return;
    const wake = (): void => {
      this.#timerMs = Number.POSITIVE_INFINITY;
      this.go();
    };
    this.#cancelTimer = startTimer(firstMs - performance.now(), wake);
  }
}
