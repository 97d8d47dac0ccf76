import { Spacings } from './spacings.js';

/** The instants that all rails of a board share, and which of its frames differ from the one before. */
export interface Instants {
  /** By row: the middle between it and the row before, half µs; NaN where they are too far apart to say when something changed. */
  readonly betweenHalfUs: Float64Array;
  /** Set to 1 where a rail changed. */
  readonly changed: Uint8Array;
}

/** When one rail's voltage, current or power differed from the sample before. */
export class RailChanges {
  readonly spacings = new Spacings();
  /** Between samples that are close to one another. */
  count = 0;
  #lastHalfUs = Number.NaN;
  #voltage = 0;
  #current = 0;
  #power = 0;

  /** @param from the first row that has one before it: 1, or 0 where blocks were seen before */
  add(
    voltage: Int32Array,
    current: Int32Array,
    power: Int32Array,
    from: number,
    rows: number,
    { betweenHalfUs, changed }: Instants,
  ): void {
    let v = from === 0 ? this.#voltage : voltage[0]!;
    let a = from === 0 ? this.#current : current[0]!;
    let w = from === 0 ? this.#power : power[0]!;
    let lastHalfUs = this.#lastHalfUs;
    let [count, leftOut] = [0, 0];
    // Where every sample is a new one on an even grid, there are many of one spacing.
    let [spacing, times] = [0, 0];
    const { spacings } = this;
    for (let row = from; row < rows; row++) {
      if (voltage[row] === v && current[row] === a && power[row] === w) continue;
      v = voltage[row]!;
      a = current[row]!;
      w = power[row]!;
      changed[row] = 1;
      const halfUs = betweenHalfUs[row]!;
      // NaN where either is not known.
      const next = halfUs - lastHalfUs;
      if (next === spacing) times++;
      else if (next > 0) {
        if (times > 0) spacings.add(spacing, times);
        spacing = next;
        times = 1;
      }
      if (halfUs > 0) count++;
      else leftOut++;
      lastHalfUs = halfUs;
    }
    if (times > 0) spacings.add(spacing, times);
    this.#lastHalfUs = lastHalfUs;
    this.count += count;
    spacings.leftOut += leftOut;
    this.#voltage = v;
    this.#current = a;
    this.#power = w;
  }
}
