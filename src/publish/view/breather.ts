import type { Sink } from '../../sink/sink.js';

/** So long a reading goes on before whoever asks for something is answered, ms. */
const everyMs = 4;
/** So long it stands back behind each answer, ms: on a machine with few cores, whoever asked draws meanwhile. */
const standBackMs = 60;

/** What a reading ends with that is not wanted any more. */
export class NotWanted extends Error {}

/** Lets others have their turn while a file is read, which by itself goes on without a pause. */
export class Breather implements Sink {
  #sinceMs = performance.now();
  #backUntilMs = 0;
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

  /** Somebody has been answered. */
  standBack(): void {
    this.#backUntilMs = performance.now() + standBackMs;
  }

  async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const waitMs = this.#backUntilMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#sinceMs = performance.now();
    if (!this.#isWanted()) throw new NotWanted();
    this.#onBreath();
  }

  async finish(): Promise<void> {}
}
