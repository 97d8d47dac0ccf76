import type { SensorColumn } from '../sensor.js';
import { Counter, type CounterState } from './counter.js';

interface CountedColumn {
  readonly name: string;
  readonly column: number;
  readonly counter: Counter;
  /** Columns that hold its mean power. */
  readonly means: readonly number[];
}

/** By the name of its column. */
export type CounterStates = Readonly<Record<string, CounterState>>;

/** Makes of counters as they stand what the columns hold: joules counted on over wraps, and the powers that nobody reads. */
export class CounterCells {
  readonly #counted: readonly CountedColumn[];

  /** @param states of those that were counted before, in another process */
  constructor(columns: readonly SensorColumn[], states: CounterStates = {}) {
    this.#counted = columns.flatMap(({ name, counter }, column) => {
      if (!counter) return [];
      const means = columns.flatMap(({ meanOf }, n) => (meanOf === name ? [n] : []));
      return [{ name, column, counter: new Counter(counter.wrapJ, states[name]), means }];
    });
  }

  get states(): CounterStates {
    return Object.fromEntries(
      this.#counted.flatMap(({ name, counter: { state } }) => (state ? [[name, state]] : [])),
    );
  }

  /** Fills in a row. Returns the columns of which it is not known what was counted meanwhile. */
  fill(row: Float64Array, atNs: number): string[] {
    const lost: string[] = [];
    for (const { name, column, counter, means } of this.#counted) {
      const rawJ = row[column]!;
      if (Number.isNaN(rawJ)) continue;
      const counted = counter.take(rawJ, atNs);
      row[column] = counted.energyJ;
      for (const mean of means) row[mean] = counted.powerW;
      if (counted.lost) lost.push(name);
    }
    return lost;
  }
}
