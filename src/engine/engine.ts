import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place in an engine's memory, in bytes. */
export type Pointer = number;

/** The functions of `assembly/`, where each is explained. */
interface Calls {
  allocate(bytes: number): Pointer;

  newHistogram(): Pointer;
  clearHistogram(histogram: Pointer): void;
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

  newRowPlan(rows: number, columns: number, instants: number, startUnixUs: number): Pointer;
  rowModes(plan: Pointer): Pointer;
  rowTimes(plan: Pointer): Pointer;
  rowColumn(plan: Pointer, column: number): Pointer;
  writeRows(plan: Pointer, count: number, text: Pointer): Pointer;
  writeLines(plan: Pointer, texts: Pointer, count: number, text: Pointer, inMs: 0 | 1): Pointer;
}

/** What an engine is made of: its functions, and the memory that they work on. */
interface Exports extends Calls {
  readonly memory: { readonly buffer: ArrayBuffer };
}
type Instantiate = (pages: number) => Exports;

const pageBytes = 65_536;
/** The compiled code's own: tables of digits. */
const ownPages = 1;

const compiledAs = (extension: string): string => join(__dirname, `engine.${extension}`);

/** Each is read and compiled when it is first wanted. */
let webAssembly: Instantiate | undefined;
let plain: Instantiate | undefined;

function readWebAssembly(): Instantiate {
  const compiled = new WebAssembly.Module(readFileSync(compiledAs('wasm')));
  return (initial) => {
    const memory = new WebAssembly.Memory({ initial });
    return new WebAssembly.Instance(compiled, { env: { memory } }).exports as Exports;
  };
}

/** The engine's code as JavaScript, by binaryen: a file that holds one function, `instantiate`. */
function readPlain(): Instantiate {
  const text = readFileSync(compiledAs('plain.js'), 'utf8');
  const instantiate = new Function(`${text}; return instantiate;`)() as (imports: object) => Exports;
  return (pages) => instantiate({ env: { memory: { buffer: new ArrayBuffer(pages * pageBytes) } } });
}

/**
 * V8 reserves 10 GB of addresses for each memory, so that it need not check bounds. Where an address space is limited to
 * less (`ulimit -v`, batch systems), or V8 may not compile (`--jitless`), the engine runs as JavaScript, slower.
 */
function instantiate(pages: number): Exports {
  try {
    webAssembly ??= readWebAssembly();
    return webAssembly(pages);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    plain ??= readPlain();
    return plain(pages);
  }
}

/** Reads it now, while descriptors are left. */
export const loadEngine = (): void => void instantiate(ownPages);

/**
 * The inner loops of the sample path, compiled ahead of time (`assembly/`), with a memory of their own, which goes when
 * the engine does. The same in TypeScript has to be compiled while it runs, at a tenth of a second of CPU on the machine
 * under test, and is slower afterwards.
 */
export class Engine {
  readonly calls: Calls;
  readonly #memory: Exports['memory'];

  /** @param reservedBytes So much can be allocated before the memory grows, after which no view of it is good. */
  constructor(reservedBytes = 0) {
    const exports = instantiate(ownPages + Math.ceil(reservedBytes / pageBytes));
    this.calls = exports;
    this.#memory = exports.memory;
  }

  /** All of the memory; another buffer after it has grown. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** A view of memory, good until it grows. */
  bytes(at: Pointer, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer, at, length);
  }

  words(at: Pointer, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.buffer, at, length);
  }

  doubles(at: Pointer, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.buffer, at, length);
  }
}
