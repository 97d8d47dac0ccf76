import type { Kernel, Pointer } from './kernel.js';

/** Rows that are handed to a kernel at once. */
export const columnRows = 512;

/** A place in a kernel's memory for a run of numbers, to be used again and again. */
export class Column {
  readonly at: Pointer;
  #view: Float64Array;

  constructor(private readonly kernel: Kernel) {
    this.at = kernel.calls.allocate(columnRows * 8);
    this.#view = kernel.doubles(this.at, columnRows);
  }

  /** Copies `values[from … to-1]`, at most `columnRows`, to its beginning. */
  take(values: Int32Array | Float64Array, from: number, to: number): void {
    if (this.#view.buffer !== this.kernel.buffer) this.#view = this.kernel.doubles(this.at, columnRows);
    this.#view.set(from === 0 && to === values.length ? values : values.subarray(from, to));
  }
}
