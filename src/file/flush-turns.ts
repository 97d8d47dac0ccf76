/**
 * What came reaches the file within a second: this, and as old as it was when it came. Less than the turns of a live
 * board, so that it goes with the turn that brought it, and costs no waking up of its own.
 */
const everyMs = 200;

/** When what a sink holds goes to its file: at once, unless something went there just now, or is still on its way. */
export class FlushTurns {
  readonly #flush: () => boolean;
  #flushedMs = 0;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param flush False where it can't be now, since the last is under way. */
  constructor(flush: () => boolean) {
    this.#flush = flush;
  }

  /** The sink has something to write. */
  come(): void {
    if (this.#immediate || this.#timer) return;
    const leftMs = this.#flushedMs + everyMs - performance.now();
    // Not at once, since a turn may bring several blocks.
    if (leftMs <= 0) this.#immediate = setImmediate(() => this.#go());
    else this.#wait(leftMs);
  }

  /** The sink has written all that it had. */
  went(): void {
    this.#flushedMs = performance.now();
    this.stop();
  }

  stop(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
  }

  #go(): void {
    this.stop();
    if (this.#flush()) this.went();
    else this.#wait(everyMs);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#go(), ms).unref();
  }
}
