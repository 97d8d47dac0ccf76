import type { Sink } from '../sink/sink.js';
import type { SampleBlock } from '../stream/sample-block.js';

/** Sees when one board's system power was last worth the name. */
export class PowerWatch implements Sink {
  readonly #leastMw: number;
  /** The last sample with power, and the last one; null before the first. */
  #drawnUs: number | null = null;
  #lastUs: number | null = null;
  #firstUs: number | null = null;

  /** @param leastW what is less is no power */
  constructor(leastW: number) {
    this.#leastMw = leastW * 1000;
  }

  begin(): void {}

  write({ count, timeUs, powerMw: [system] }: SampleBlock): void {
    if (count === 0) return;
    this.#firstUs ??= timeUs[0]!;
    this.#lastUs = timeUs[count - 1]!;
    for (let row = count - 1; row >= 0; row--)
      if (system![row]! >= this.#leastMw) {
        this.#drawnUs = timeUs[row]!;
        return;
      }
  }

  async finish(): Promise<void> {}

  /** For how long there has been none, ms; 0 before the first sample. */
  get withoutMs(): number {
    return ((this.#lastUs ?? 0) - (this.#drawnUs ?? this.#firstUs ?? 0)) / 1000;
  }
}
