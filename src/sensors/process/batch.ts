import type { SensorBlock } from '../sensor.js';
import type { SensorNews } from './messages.js';

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

  /** What there is, packed as news are; empties it. */
  taken(): Pick<SensorNews, 'count' | 'packed'> {
    const count = this.#count;
    this.#count = 0;
    const columns = [this.#earliestNs, this.#latestNs, ...this.#values];
    const packed = new Float64Array(count * columns.length);
    for (const [n, column] of columns.entries()) packed.set(column.subarray(0, count), n * count);
    return { count, packed };
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

/** The rows of news. */
export function unpacked({ count, packed }: Pick<SensorNews, 'count' | 'packed'>): SensorBlock {
  const column = (n: number) => packed.subarray(n * count, (n + 1) * count);
  const columns = packed.length / count;
  return {
    count,
    earliestNs: column(0),
    latestNs: column(1),
    values: Array.from({ length: columns - 2 }, (_, n) => column(n + 2)),
  };
}
