/** The spacings too long to say what the power did in them. */
export class SilentTime {
  readonly #startsUs: number[] = [];
  readonly #endsUs: number[] = [];
  /** All silent time before each of them, µs. */
  readonly #beforeUs: number[] = [];

  constructor(timeUs: Float64Array, limitUs: number) {
    let sumUs = 0;
    for (let n = 1; n < timeUs.length; n++) {
      const spacingUs = timeUs[n]! - timeUs[n - 1]!;
      if (spacingUs <= limitUs) continue;
      this.#startsUs.push(timeUs[n - 1]!);
      this.#endsUs.push(timeUs[n]!);
      this.#beforeUs.push(sumUs);
      sumUs += spacingUs;
    }
  }

  get count(): number {
    return this.#startsUs.length;
  }

  /** Silent time up to an instant, µs. */
  before(us: number): number {
    const n = this.#lastFrom(us);
    return n < 0 ? 0 : this.#beforeUs[n]! + Math.min(us, this.#endsUs[n]!) - this.#startsUs[n]!;
  }

  holds(us: number): boolean {
    const n = this.#lastFrom(us);
    return n >= 0 && us < this.#endsUs[n]!;
  }

  /** The last silence that began before an instant; -1 before the first. */
  #lastFrom(us: number): number {
    let [low, high] = [0, this.#startsUs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#startsUs[middle]! < us) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
