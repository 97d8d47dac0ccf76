/** A stretch as somebody looks at it, µs. */
export interface Wanted {
  readonly fromUs: number;
  readonly toUs: number;
  readonly columns: number;
  /** Over so long the mean around each column is drawn; 0 where none is. */
  readonly windowUs: number;
}

/** While the view moves, it is asked for every so often, ms; at first at once. */
const askEveryMs = 30;

/** Who has moved nowhere for so long is asked around for, ms. */
const restMs = 100;

/** Asks for what is wanted, one stretch at a time: the one that was wanted last; and, when nothing more is, for what lies around it. */
export class Asker {
  readonly #ask: (wanted: Wanted) => Promise<void>;
  readonly #askAround: (wanted: Wanted) => Promise<void>;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #wanted: Wanted | null = null;
  #isDue = false;
  #isAsking = false;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(ask: (wanted: Wanted) => Promise<void>, askAround: (wanted: Wanted) => Promise<void>) {
    this.#ask = ask;
    this.#askAround = askAround;
  }

  want(wanted: Wanted): void {
    clearTimeout(this.#rest);
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
    await this.#doing(this.#ask(wanted));
    if (!this.#isDue) this.#rest = setTimeout(() => void this.#doing(this.#askAround(wanted)), restMs);
  }

  async #doing(asking: Promise<void>): Promise<void> {
    this.#isAsking = true;
    this.#askedMs = performance.now();
    await asking.finally(() => {
      this.#isAsking = false;
    });
    if (this.#wanted) this.want(this.#wanted);
  }
}
