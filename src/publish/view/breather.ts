import type { Sink } from '../../sink/sink.js';

/** So long a reading goes on before whoever asks for something is answered, ms. */
const everyMs = 4;

/** What a reading ends with that is not wanted any more. */
export class NotWanted extends Error {}

/** Lets others have their turn while a file is read, which by itself goes on without a pause. */
export class Breather implements Sink {
  #sinceMs = performance.now();
  readonly #onBreath: () => void;
  readonly #isWanted: () => boolean;

  /** @param isWanted false ends the reading, with `NotWanted` */
  constructor(isWanted: () => boolean, onBreath: () => void) {
    this.#isWanted = isWanted;
    this.#onBreath = onBreath;
  }

  begin(): void {}

  write(): Promise<void> | undefined {
    if (performance.now() - this.#sinceMs < everyMs) return undefined;
    return this.breathe();
  }

  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#sinceMs = performance.now();
    if (!this.#isWanted()) throw new NotWanted();
    this.#onBreath();
  }

  async finish(): Promise<void> {}
}
