import type { Engine, Pointer } from './engine.js';

/** Rows that are handed to an engine at once. */
export const columnRows = 512;

/** A place in an engine's memory for a run of numbers, to be used again and again. */
export class Column {
  readonly at: Pointer;
  #view: Float64Array;

  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.at = engine.calls.allocate(columnRows * 8);
    this.#view = engine.doubles(this.at, columnRows);
  }

  /** Copies `values[from … to-1]`, at most `columnRows`, to its beginning. */
  take(values: Int32Array | Float64Array, from: number, to: number): void {
    if (this.#view.buffer !== this.#engine.buffer) this.#view = this.#engine.doubles(this.at, columnRows);
    this.#view.set(from === 0 && to === values.length ? values : values.subarray(from, to));
  }
}
