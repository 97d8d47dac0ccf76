/** Samples before and behind an instant, whose means say how far the power rose there. A power of two. */
const width = 16;

/**
 * Finds the steepest rise of a power: the sample from which on the next ones lie furthest above those before, by their means, so that
 * a lone spike is none.
 */
export class RiseFinder {
  readonly #ringMw = new Float64Array(2 * width);
  readonly #ringUs = new Float64Array(2 * width);
  #samples = 0;
  #beforeMw = 0;
  #behindMw = 0;
  #mostMw = 0;
  #atUs: number | null = null;

  /** The first sample behind the steepest rise, µs; null where it never rose. */
  get atUs(): number | null {
    return this.#samples < 2 * width ? this.#steepestStep() : this.#atUs;
  }

  add(timeUs: Float64Array, powerMw: Int32Array | Float64Array, count: number): void {
    const [ringMw, ringUs] = [this.#ringMw, this.#ringUs];
    for (let row = 0; row < count; row++) {
      const mw = powerMw[row]!;
      const slot = this.#samples & (2 * width - 1);
      const middle = (this.#samples + width) & (2 * width - 1);
      // Whole milliwatts, so that what goes out is what came in.
      if (this.#samples >= 2 * width) this.#beforeMw -= ringMw[slot]!;
      if (this.#samples >= width) {
        this.#beforeMw += ringMw[middle]!;
        this.#behindMw -= ringMw[middle]!;
      }
      this.#behindMw += mw;
      ringMw[slot] = mw;
      ringUs[slot] = timeUs[row]!;
      this.#samples++;
      if (this.#samples < 2 * width) continue;
      const roseMw = this.#behindMw - this.#beforeMw;
      if (roseMw <= this.#mostMw) continue;
      this.#mostMw = roseMw;
      this.#atUs = ringUs[(middle + 1) & (2 * width - 1)]!;
    }
  }

  /** Of few samples, the largest step from one to the next. */
  #steepestStep(): number | null {
    let [most, at]: [number, number | null] = [0, null];
    for (let n = 1; n < this.#samples; n++) {
      const step = this.#ringMw[n]! - this.#ringMw[n - 1]!;
      if (step > most) [most, at] = [step, this.#ringUs[n]!];
    }
    return at;
  }
}
