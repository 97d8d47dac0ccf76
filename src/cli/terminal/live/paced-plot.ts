/** Of a core, on the machine that is measured, for a plot that moves. */
const share = 0.002;
/** It never stands longer than this, ms. */
const longestMs = 1000;

/** A plot that is drawn anew as often as its cost allows: it is most of what a frame costs, and numbers are not to wait for it. */
export class PacedPlot {
  #lines: readonly string[] = [];
  #key = '';
  #dueMs = 0;

  /** @param key of what is to be seen at once when it changes */
  lines(key: string, draw: () => readonly string[]): readonly string[] {
    const nowMs = performance.now();
    if (key === this.#key && nowMs < this.#dueMs) return this.#lines;
    this.#lines = draw();
    this.#key = key;
    this.#dueMs = nowMs + Math.min((performance.now() - nowMs) / share, longestMs);
    return this.#lines;
  }
}
