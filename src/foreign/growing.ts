const chunkLength = 1 << 16;

/** Numbers that come one by one, as many as there may be. */
export class GrowingColumn {
  #chunks: Float64Array[] = [];
  #last = new Float64Array(0);
  #at = 0;
  count = 0;

  push(value: number): void {
    if (this.#at === this.#last.length) {
      this.#last = new Float64Array(chunkLength);
      this.#chunks.push(this.#last);
      this.#at = 0;
    }
    this.#last[this.#at++] = value;
    this.count++;
  }

  /** All of them; the column is empty then. */
  take(): Float64Array {
    const all = new Float64Array(this.count);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk.subarray(0, Math.min(chunkLength, this.count - at)), at);
      at += chunkLength;
    }
    this.#chunks = [];
    this.#last = new Float64Array(0);
    this.#at = 0;
    this.count = 0;
    return all;
  }
}
