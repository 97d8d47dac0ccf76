import type { Engine } from '../engine/engine.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { Histogram } from './histogram.js';

export interface Distribution {
  readonly median: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** In tenths of a microsecond, finer than two system calls can be told apart. */
const nsPerLatency = 100;
const nsPerS = 1e9;

/** The round trips from request to reply. */
export class Latencies {
  readonly #values: Histogram;

  constructor(engine: Engine) {
    this.#values = new Histogram(engine);
  }

  add({ count, earliestNs, latestNs }: SampleBlock): void {
    const latencies = new Float64Array(count);
    for (let row = 0; row < count; row++)
      latencies[row] = Math.round((latestNs[row]! - earliestNs[row]!) / nsPerLatency);
    this.#values.addColumn(latencies, count);
  }

  /** A sample was taken within about this of its instant, µs: half a typical round trip. */
  get instantUs(): number {
    return ((this.#values.quantile(0.5) ?? 0) * nsPerLatency) / 2000;
  }

  /** In seconds. */
  get distribution(): Distribution {
    return distribution(this.#values, nsPerS / nsPerLatency);
  }
}

/** Median, p99 and maximum, in units of so many of what was counted. */
export const distribution = (values: Histogram, perUnit: number): Distribution => {
  const scaled = (value: number | null) => (value === null ? null : value / perUnit);
  return {
    median: scaled(values.quantile(0.5)),
    p99: scaled(values.quantile(0.99)),
    max: scaled(values.max),
  };
};
