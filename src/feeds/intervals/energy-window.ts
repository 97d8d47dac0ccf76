import type { SampleRows } from '../../stream/sample-block.js';

/** Marks come within a second or two of their instant. */
const keptUs = 20e6;
const leastRows = 1024;
const joulesPerNj = 1e-9;

/** Each component's energy up to any instant of the last while, since what marks a phase comes after its samples. */
export class EnergyWindow {
  readonly #components: number;
  #first = 0;
  #count = 0;
  #timeUs = new Float64Array(leastRows);
  /** By component, nJ since the first sample. */
  #energyNj: Float64Array<ArrayBuffer>[];
  #powerMw: Float64Array<ArrayBuffer>[];

  constructor(components: number) {
    this.#components = components;
    this.#energyNj = this.#columns(leastRows);
    this.#powerMw = this.#columns(leastRows);
  }

  add({ count, timeUs, powerMw }: SampleRows): void {
    this.#makeRoom(count);
    const from = this.#first + this.#count;
    this.#timeUs.set(timeUs.subarray(0, count), from);
    for (let c = 0; c < this.#components; c++) {
      const [power, energy] = [this.#powerMw[c]!, this.#energyNj[c]!];
      power.set(powerMw[c]!.subarray(0, count), from);
      for (let row = from; row < from + count; row++) {
        const stepUs = row === 0 ? 0 : this.#timeUs[row]! - this.#timeUs[row - 1]!;
        energy[row] = row === 0 ? 0 : energy[row - 1]! + ((power[row]! + power[row - 1]!) * stepUs) / 2;
      }
    }
    this.#count += count;
  }

  /** J by component up to an instant; null where that is not known any more, or not yet. */
  upToJ(us: number): number[] | null {
    const [first, last] = [this.#first, this.#first + this.#count - 1];
    if (this.#count === 0 || us < this.#timeUs[first]! || us > this.#timeUs[last]!) return null;
    let [low, high] = [first, last];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#timeUs[middle]! <= us) low = middle;
      else high = middle - 1;
    }
    const stepUs = low === last ? 0 : this.#timeUs[low + 1]! - this.#timeUs[low]!;
    const beyondUs = us - this.#timeUs[low]!;
    return this.#energyNj.map((energy, c) => {
      const power = this.#powerMw[c]!;
      const slope = stepUs === 0 ? 0 : (power[low + 1]! - power[low]!) / stepUs;
      return (energy[low]! + (power[low]! + (slope * beyondUs) / 2) * beyondUs) * joulesPerNj;
    });
  }

  get lastUs(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#timeUs[this.#first + this.#count - 1]!;
  }

  /** Leaves out what is too old, and moves the rest to the front where the end is near. */
  #makeRoom(count: number): void {
    const oldestUs = this.lastUs - keptUs;
    while (this.#count > 1 && this.#timeUs[this.#first + 1]! < oldestUs) {
      this.#first++;
      this.#count--;
    }
    if (this.#first + this.#count + count <= this.#timeUs.length) return;
    const rows = Math.max(leastRows, 2 * (this.#count + count));
    const kept = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const next = rows > this.#timeUs.length ? new Float64Array(rows) : column;
      next.set(column.subarray(this.#first, this.#first + this.#count));
      return next;
    };
    this.#energyNj = this.#energyNj.map(kept);
    this.#powerMw = this.#powerMw.map(kept);
    this.#timeUs = kept(this.#timeUs);
    this.#first = 0;
  }

  #columns(rows: number): Float64Array<ArrayBuffer>[] {
    return Array.from({ length: this.#components }, () => new Float64Array(rows));
  }
}
