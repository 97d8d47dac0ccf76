import { readFileSync } from 'node:fs';

/** A place in a kernel's memory, in bytes. */
export type Pointer = number;

/** The functions of `assembly/`, where each is explained. */
interface Calls {
  allocate(bytes: number): Pointer;

  newHistogram(): Pointer;
  countValues(histogram: Pointer, values: Pointer, count: number): void;
  histogramCount(histogram: Pointer): number;
  histogramMin(histogram: Pointer): number;
  histogramMax(histogram: Pointer): number;
  orderStatistic(histogram: Pointer, rank: number): number;
  countAbove(histogram: Pointer, limit: number): number;
  sumAbove(histogram: Pointer, limit: number): number;

  newPowerSeries(): Pointer;
  addPowers(series: Pointer, timesUs: Pointer, powersMw: Pointer, count: number): void;
  seriesHistogram(series: Pointer): Pointer;
  firstUs(series: Pointer): number;
  lastUs(series: Pointer): number;
  lastMw(series: Pointer): number;
  twiceNj(series: Pointer): number;
  stepSquares(series: Pointer): number;

  newRowPlan(rows: number, columns: number, startUnixUs: number): Pointer;
  rowModes(plan: Pointer): Pointer;
  rowTimes(plan: Pointer): Pointer;
  rowColumn(plan: Pointer, column: number): Pointer;
  writeRows(plan: Pointer, count: number, text: Pointer): Pointer;
}

const pageBytes = 65_536;
/** The compiled code's own: tables of digits. */
const ownPages = 1;

const compiled = new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));

/**
 * The inner loops of the sample path, compiled ahead of time (`assembly/`), with a memory of their own, which goes when
 * the kernel does. The same in JavaScript has to be compiled while it runs, at a tenth of a second of CPU on the machine
 * under test, and is slower afterwards.
 */
export class Kernel {
  readonly calls: Calls;
  readonly #memory: WebAssembly.Memory;

  /** @param reservedBytes So much can be allocated without the memory's growing, which detaches every view of it. */
  constructor(reservedBytes = 0) {
    this.#memory = new WebAssembly.Memory({ initial: ownPages + Math.ceil(reservedBytes / pageBytes) });
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.calls = exports as Calls;
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A view of memory, good until it grows. */
  bytes(at: Pointer, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, at, length);
  }

  words(at: Pointer, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer, at, length);
  }

  doubles(at: Pointer, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#memory.buffer, at, length);
  }
}
