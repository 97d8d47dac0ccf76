import type { SensorBlock, SensorColumn } from '../sensor.js';
import { CounterCells, type CounterStates } from './counter-cells.js';
import type { SensorNews } from './messages.js';

/** The readings of a sensor as rows of its file, which wait for the next turn. */
export class Rows {
  readonly #columns: readonly SensorColumn[];
  readonly #cells: CounterCells;
  readonly #row: Float64Array;
  /** Which of the reader's columns each of ours is; another reader after it came back may have them in another order. */
  #places: readonly number[];
  #count = 0;
  #total = 0;
  #earliestNs = new Float64Array(64);
  #latestNs = new Float64Array(64);
  #values: Float64Array[];

  /** @param counters what its counters had come to in a process before this one */
  constructor(columns: readonly SensorColumn[], counters?: CounterStates) {
    this.#columns = columns;
    this.#cells = new CounterCells(columns, counters);
    this.#row = new Float64Array(columns.length);
    this.#places = columns.map((_, n) => n);
    this.#values = columns.map(() => new Float64Array(64));
  }

  /** From here on what is added has these columns. */
  readAs(columns: readonly SensorColumn[]): void {
    this.#places = this.#columns.map(({ name }) => columns.findIndex((column) => column.name === name));
  }

  /** All that there were so far. */
  get total(): number {
    return this.#total;
  }

  get counters(): CounterStates {
    return this.#cells.states;
  }

  /**
   * Adds a reading. Returns the counters of which it is not known what they counted meanwhile; `empty` where there is nothing in it, and
   * `other` where it is all of a device that was not there before and has no column. Neither is added.
   */
  add(values: Float64Array, earliestNs: number, latestNs: number): readonly string[] | 'empty' | 'other' {
    for (let n = 0; n < this.#row.length; n++) {
      const place = this.#places[n]!;
      this.#row[n] = place < 0 ? Number.NaN : values[place]!;
    }
    if (this.#row.every(Number.isNaN)) return values.every(Number.isNaN) ? 'empty' : 'other';
    const lost = this.#cells.fill(this.#row, (earliestNs + latestNs) / 2);
    this.#push(earliestNs, latestNs);
    return lost;
  }

  addEmpty(atNs: number): void {
    this.#row.fill(Number.NaN);
    this.#push(atNs, atNs);
  }

  #push(earliestNs: number, latestNs: number): void {
    if (this.#count === this.#earliestNs.length) this.#grow();
    this.#earliestNs[this.#count] = earliestNs;
    this.#latestNs[this.#count] = latestNs;
    for (let column = 0; column < this.#row.length; column++)
      this.#values[column]![this.#count] = this.#row[column]!;
    this.#count++;
    this.#total++;
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
