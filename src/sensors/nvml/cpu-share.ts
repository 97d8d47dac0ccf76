/** How much the latest cost tells of the mean. */
const weight = 1 / 8;

/** Says when something that costs CPU may be done again, so that all in all it takes a share of a core. */
export class CpuShare {
  #meanMs: number | undefined;
  #dueMs = Number.NEGATIVE_INFINITY;
  readonly #share: number;

  /** @param share of a core, 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /** It is due now, whatever it has cost. */
  expire(): void {
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** @param costMs CPU that it took, up to `nowMs` */
  spent(costMs: number, nowMs: number): void {
    this.#meanMs ??= costMs;
    this.#meanMs += (costMs - this.#meanMs) * weight;
    this.#dueMs = nowMs + this.#meanMs / this.#share;
  }
}
