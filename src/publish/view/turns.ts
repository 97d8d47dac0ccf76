/** So long work goes on before whoever asks for something is answered, ms. */
const everyMs = 4;

/** Lets others have their turn in the midst of long work, which by itself goes on without a pause. */
export class Turns {
  #sinceMs = performance.now();

  /** Whether it is the others' turn. */
  get areDue(): boolean {
    return performance.now() - this.#sinceMs >= everyMs;
  }

  async give(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sinceMs = performance.now();
  }
}
