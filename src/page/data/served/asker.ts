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
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(ask: (wanted: Wanted) => Promise<void>) {
    this.#ask = ask;
  }

  want(wanted: Wanted): void {
    this.#wanted = wanted;
    if (this.#isAsking) return;
    const waitMs = Math.max(this.#askedMs + askEveryMs - performance.now(), 0);
    this.#timer ??= setTimeout(() => void this.#go(), waitMs);
  }

  async #go(): Promise<void> {
    this.#timer = undefined;
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
