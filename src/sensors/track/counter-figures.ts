/** Joules, or null and why they are not known. */
export type Joules = readonly [number | null, string | null];

/** Readings of which more of the time than this is missing are no energy. */
export const leastCoverage = 0.9;
const fewestReadings = 2;

export const tooFew: Joules = [null, 'too few readings'];
/** @param coverage share of the time */
export const missingText = (coverage: number): string =>
  `readings are missing for ${((1 - coverage) * 100).toFixed(0)} % of the time`;

/** What a counter comes to; its joules are counted on over wraps already. */
export class CounterFigures {
  readonly #first: { readonly us: number; readonly joules: number };
  #lastJ: number;
  /** Of its last change. */
  #changedUs: number;
  /** Of its last reading. */
  #readUs: number;
  #readings = 1;
  #resets = 0;

  constructor(us: number, joules: number) {
    this.#first = { us, joules };
    this.#lastJ = joules;
    this.#changedUs = us;
    this.#readUs = us;
  }

  add(us: number, joules: number): void {
    this.#readings++;
    this.#readUs = us;
    if (joules < this.#lastJ) this.#resets++;
    if (joules !== this.#lastJ) this.#changedUs = us;
    this.#lastJ = joules;
  }

  /** W, between its first reading and its last change; null where that is not known. */
  get meanW(): number | null {
    if (this.#resets > 0 || this.#changedUs <= this.#first.us) return null;
    return (this.#lastJ - this.#first.joules) / ((this.#changedUs - this.#first.us) / 1e6);
  }

  /** Of a recording that ends then, where that is known. It counts where nobody looks, so that the ends alone matter. */
  energyJ(endUs: number | null): Joules {
    if (this.#readings < fewestReadings) return tooFew;
    if (this.#resets > 0) return [null, 'the counter began again during the recording'];
    const coverage = endUs === null ? 1 : (this.#readUs - this.#first.us) / Math.max(endUs, this.#readUs);
    return coverage < leastCoverage
      ? [null, missingText(coverage)]
      : [this.#lastJ - this.#first.joules, null];
  }
}
