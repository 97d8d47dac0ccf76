import type { Sink } from '../../sink/sink.js';

/** So long a reading goes on before whoever asks for something is answered, ms. */
const everyMs = 4;
/**
 * So long it stands back behind an answer, ms: on a machine with few cores, whoever asked draws meanwhile. Who looks at samples moves on
 * to others soon; what is drawn of all that has been read is asked for again and again, while reading shall go on.
 */
const standBackMs = { samples: 250, overview: 60 };

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
  standBack(behind: keyof typeof standBackMs): void {
    this.#backUntilMs = Math.max(this.#backUntilMs, performance.now() + standBackMs[behind]);
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
