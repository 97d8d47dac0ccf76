/** Over how much of the latest samples a rate is taken, µs. */
const overUs = 1e6;

/** How many samples come a second, by their own instants. */
export class Rate {
  /** Null until that is known. */
  hz: number | null = null;
  #samples = 0;
  #fromUs = Number.NaN;

  add(count: number, lastUs: number): void {
    if (Number.isNaN(this.#fromUs)) {
      this.#fromUs = lastUs;
      return;
    }
    this.#samples += count;
    if (lastUs - this.#fromUs < overUs) return;
    this.hz = (this.#samples * 1e6) / (lastUs - this.#fromUs);
    this.#samples = 0;
    this.#fromUs = lastUs;
  }
}
