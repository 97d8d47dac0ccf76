import { littleEndian, numberAt } from './field-values.js';

/** More than a driver keeps: an H200's has 119, of 2.4 s. */
const mostSamples = 4096;
/** Of an `nvmlSample_t`: an instant, and a value behind it. */
const bytesEach = 16;
const valueAt = 8;

/** Room for an array of `nvmlSample_t`: what NVML is asked with, and, once it was, what it said. */
export class PowerSamples {
  readonly bytes = new Uint8Array(mostSamples * bytesEach);
  /** How many there is room for; then, how many there are. */
  readonly count = new Uint32Array(1);
  /** An `nvmlValueType_t`. */
  readonly type = new Int32Array(1);
  readonly #view = new DataView(this.bytes.buffer);

  clear(): void {
    this.count[0] = mostSamples;
  }

  get length(): number {
    return this.count[0]!;
  }

  /** When the driver took it, UTC µs since 1970. */
  stampUs(n: number): number {
    return Number(this.#view.getBigUint64(n * bytesEach, littleEndian));
  }

  /** mW; NaN of a type that is not known. */
  powerMw(n: number): number {
    return numberAt(this.#view, n * bytesEach + valueAt, this.type[0]!);
  }
}
