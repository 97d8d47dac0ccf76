const usPerMs = 1000;
/** What stands so long before the last stamp was recorded before it, and is no stamp too early. */
const anewUs = 1e6;

/**
 * Gives every row a whole ms of its own, for databases that keep no more: of two on one the second goes to the next, as would
 * otherwise be lost in silence.
 */
export class OwnStamps {
  /** How many had to move. */
  moved = 0;
  readonly #startUnixUs: number;
  #lastUs = Number.NEGATIVE_INFINITY;
  #timeUs = new Float64Array(0);

  constructor(startUnixUs: number) {
    this.#startUnixUs = startUnixUs;
  }

  /** The rows' instants, lent until the next call. */
  of(timeUs: Float64Array, count: number): Float64Array {
    if (this.#timeUs.length < count) this.#timeUs = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      const unixUs = this.#startUnixUs + timeUs[row]!;
      let stampUs = unixUs - (unixUs % usPerMs);
      if (stampUs <= this.#lastUs && stampUs > this.#lastUs - anewUs) {
        stampUs = this.#lastUs + usPerMs;
        this.moved++;
      }
      this.#lastUs = stampUs;
      this.#timeUs[row] = stampUs - this.#startUnixUs;
    }
    return this.#timeUs;
  }
}
