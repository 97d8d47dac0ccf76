import type { Sink } from '../../sink/sink.js';
import { Turns } from './turns.js';

/**
 * So long it stands back behind an answer, ms: on a machine with few cores, whoever asked draws meanwhile. Who looks at samples moves on
 * to others soon; what is drawn of all that has been read is asked for again and again, while reading shall go on.
 */
const standBackMs = { samples: 250, overview: 60 };

/** What a reading ends with that is not wanted any more. */
export class NotWanted extends Error {}

/** Lets others have their turn while a file is read, which by itself goes on without a pause. */
export class Breather implements Sink {
  readonly #turns = new Turns();
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
    return this.#turns.areDue ? this.breathe() : undefined;
  }

  /** Somebody has been answered. */
  standBack(behind: keyof typeof standBackMs): void {
    this.#backUntilMs = Math.max(this.#backUntilMs, performance.now() + standBackMs[behind]);
  }

  async breathe(): Promise<void> {
    await this.#turns.give();
    const waitMs = this.#backUntilMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (!this.#isWanted()) throw new NotWanted();
    this.#onBreath();
  }

  async finish(): Promise<void> {}
}
