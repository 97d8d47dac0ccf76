/** A stretch of time, µs since the recording began. */
export interface TimeSpan {
  readonly startUs: number;
  readonly endUs: number;
}

/** What spans cover together: apart from each other, in order. */
export function union(spans: readonly TimeSpan[]): TimeSpan[] {
  const apart: TimeSpan[] = [];
  for (const { startUs, endUs } of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const last = apart.at(-1);
    if (last && startUs <= last.endUs)
      apart[apart.length - 1] = { startUs: last.startUs, endUs: Math.max(last.endUs, endUs) };
    else apart.push({ startUs, endUs });
  }
  return apart;
}

/** How long spans are that do not overlap, µs. */
export const totalUs = (apart: readonly TimeSpan[]): number =>
  apart.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);

/** Time that spans cover together, to be asked how much of any stretch they cover. */
export class Cover {
  readonly #apart: readonly TimeSpan[];
  /** Covered before each of them, µs. */
  readonly #beforeUs: readonly number[];

  constructor(spans: readonly TimeSpan[]) {
    this.#apart = union(spans);
    const beforeUs: number[] = [];
    let sumUs = 0;
    for (const { startUs, endUs } of this.#apart) {
      beforeUs.push(sumUs);
      sumUs += endUs - startUs;
    }
    this.#beforeUs = beforeUs;
  }

  get isEmpty(): boolean {
    return this.#apart.length === 0;
  }

  /** What of a stretch is covered, µs. */
  within(startUs: number, endUs: number): number {
    return this.#before(endUs) - this.#before(startUs);
  }

  /** Whether an instant lies inside one of the spans, and not at its end. */
  holds(us: number): boolean {
    const span = this.#apart[this.#begun(us) - 1];
    return span !== undefined && us < span.endUs;
  }

  /** What is covered up to an instant, µs. */
  #before(us: number): number {
    const begun = this.#begun(us);
    if (begun === 0) return 0;
    const { startUs, endUs } = this.#apart[begun - 1]!;
    return this.#beforeUs[begun - 1]! + Math.min(us, endUs) - startUs;
  }

  /** How many of the spans begin before an instant. */
  #begun(us: number): number {
    let low = 0;
    let high = this.#apart.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#apart[middle]!.startUs < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
