import type { Warning } from '../stream/warning.js';

/** Counts the samples that a file lacks since it did not take them in time, and says so. */
export class Shortfall {
  #samples = 0;
  #fromUs = 0;
  #toUs = 0;

  /** @param name The file, for people. */
  constructor(readonly name: string) {}

  get samples(): number {
    return this.#samples;
  }

  /** Instants of the first and the last of the samples, µs. */
  add(samples: number, fromUs: number, toUs: number): void {
    if (this.#samples === 0) this.#fromUs = fromUs;
    this.#samples += samples;
    this.#toUs = toUs;
  }

  /** What the summary says of it; null where nothing is lacking. */
  get warning(): Warning | null {
    if (this.#samples === 0) return null;
    const samples = `${this.#samples} ${this.#samples === 1 ? 'sample' : 'samples'}`;
    const [from, to] = [this.#fromUs, this.#toUs].map((us) => (us / 1e6).toFixed(3));
    return {
      code: 'sink-overrun',
      message: `${this.name} lacks ${samples} between ${from} and ${to} s: it did not take them as fast as they came; the figures are of all samples`,
    };
  }
}
