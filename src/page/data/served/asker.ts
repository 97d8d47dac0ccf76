/** A stretch as somebody looks at it, µs. */
export interface Wanted {
  readonly fromUs: number;
  readonly toUs: number;
  readonly columns: number;
}

/** While the view moves, it is asked for every so often, ms; at first at once. */
const askEveryMs = 30;

/** Asks for what is wanted, one stretch at a time: the one that was wanted last. */
export class Asker {
  readonly #ask: (wanted: Wanted) => Promise<void>;
  #wanted: Wanted | null = null;
  #isDue = false;
  #isAsking = false;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(ask: (wanted: Wanted) => Promise<void>) {
    this.#ask = ask;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    if (this.#isAsking || this.#isDue) return;
    this.#isDue = true;
    const waitMs = this.#askedMs + askEveryMs - performance.now();
    if (waitMs > 0) setTimeout(() => void this.#go(), waitMs);
    // Behind all that an event leads to; a timer would come behind a picture of what is not there yet.
    else queueMicrotask(() => void this.#go());
  }

  async #go(): Promise<void> {
    this.#isDue = false;
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#wanted = null;
    this.#isAsking = true;
    this.#askedMs = performance.now();
    await this.#ask(wanted).finally(() => {
      this.#isAsking = false;
    });
    if (this.#wanted) this.want(this.#wanted);
  }
}
