/** Rows that wait for the next turn. */
export class Batch {
  #count = 0;
  #earliestNs = new Float64Array(64);
  #latestNs = new Float64Array(64);
  #values: Float64Array[];

  constructor(columns: number) {
    this.#values = Array.from({ length: columns }, () => new Float64Array(64));
  }

  add(earliestNs: number, latestNs: number, values: Float64Array): void {
    if (this.#count === this.#earliestNs.length) this.#grow();
    this.#earliestNs[this.#count] = earliestNs;
    this.#latestNs[this.#count] = latestNs;
    for (let column = 0; column < values.length; column++)
      this.#values[column]![this.#count] = values[column]!;
    this.#count++;
  }

  /** What there is, in copies; empties it. */
  taken() {
    const count = this.#count;
    this.#count = 0;
    return {
      count,
      earliestNs: this.#earliestNs.slice(0, count),
      latestNs: this.#latestNs.slice(0, count),
      values: this.#values.map((column) => column.slice(0, count)),
    };
  }

  #grow(): void {
    const grown = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(2 * column.length);
      larger.set(column);
      return larger;
    };
    this.#earliestNs = grown(this.#earliestNs);
    this.#latestNs = grown(this.#latestNs);
    this.#values = this.#values.map(grown);
  }
}
