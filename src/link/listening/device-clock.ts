import { type Line, lineAt, lowerLine } from './lower-line.js';

/** Of arrivals within so long the earliest counts, ns. */
const bucketNs = 50e6;
/** So much of the past says how fast the instrument's clock runs, in buckets: a minute. */
const buckets = 1200;
/** How often the line is looked for again, ns. */
const lookEveryNs = 0.5e9;
/** What the axis is off by is made up for over so long, ns, so that it never jumps. */
const slewNs = 1e9;

/**
 * An instrument's clock on the host's: the host knows when something arrived, which can only be late, so what arrived
 * soonest tells how the one clock runs against the other, and a host that is busy bends nothing. Instants of both in ns; delays
 * are what the host's is more than the instrument's.
 */
export class DeviceClock {
  readonly #deviceNs = new Float64Array(buckets);
  readonly #delayNs = new Float64Array(buckets);
  /** How many buckets have been begun. */
  #begun = 0;
  #bucketEndNs = Number.NEGATIVE_INFINITY;
  #nextLookNs = 0;
  /** What the soonest arrivals say. */
  #line: Line;
  /** What instants are given by: meets the line after a while. */
  #axis: Line;
  /** When they meet. */
  #metNs = Number.NEGATIVE_INFINITY;
  #spreadNs = 0;

  /** @param deviceNs What arrived so far, ascending, and @param delayNs how late each did. */
  constructor(deviceNs: Float64Array, delayNs: Float64Array) {
    this.#line = this.#fit(deviceNs, delayNs);
    this.#axis = this.#line;
  }

  /** The instant on the host's clock. */
  hostNs(deviceNs: number): number {
    return deviceNs + lineAt(deviceNs < this.#metNs ? this.#axis : this.#line, deviceNs);
  }

  /** How much later than it could something arrived, ns. */
  excessNs(deviceNs: number, arrivedNs: number): number {
    return arrivedNs - deviceNs - lineAt(this.#line, deviceNs);
  }

  /** How much faster than the host's the instrument's clock runs, in millionths. */
  get rateErrorPpm(): number {
    return (1 / (1 + this.#line.slope) - 1) * 1e6;
  }

  /** What a span of the instrument's clock is on the host's, ns. */
  spanNs(deviceNs: number): number {
    return deviceNs * (1 + this.#line.slope);
  }

  /** How far an instant may be off, as far as that shows: how scattered the soonest arrivals are, and what is still to be made up. */
  boundNs(deviceNs: number): number {
    const leftNs = this.hostNs(deviceNs) - deviceNs - lineAt(this.#line, deviceNs);
    return this.#spreadNs + Math.abs(leftNs);
  }

  /** Something arrived; ascending. */
  arrived(deviceNs: number, arrivedNs: number): void {
    const delayNs = arrivedNs - deviceNs;
    const at = (this.#begun - 1) % buckets;
    if (arrivedNs >= this.#bucketEndNs) {
      this.#bucketEndNs = arrivedNs + bucketNs;
      const slot = this.#begun++ % buckets;
      this.#deviceNs[slot] = deviceNs;
      this.#delayNs[slot] = delayNs;
    } else if (
      delayNs - lineAt(this.#line, deviceNs) <
      this.#delayNs[at]! - lineAt(this.#line, this.#deviceNs[at]!)
    ) {
      this.#deviceNs[at] = deviceNs;
      this.#delayNs[at] = delayNs;
    }
    if (arrivedNs < this.#nextLookNs) return;
    this.#nextLookNs = arrivedNs + lookEveryNs;
    if (this.#begun >= fewestBuckets) this.#look(deviceNs);
  }

  #look(nowNs: number): void {
    const count = Math.min(this.#begun, buckets);
    const first = this.#begun - count;
    const xs = new Float64Array(count);
    const ys = new Float64Array(count);
    for (let n = 0; n < count; n++) {
      xs[n] = this.#deviceNs[(first + n) % buckets]!;
      ys[n] = this.#delayNs[(first + n) % buckets]!;
    }
    const isNs = this.hostNs(nowNs) - nowNs;
    this.#line = this.#fit(xs, ys);
    const thenNs = lineAt(this.#line, nowNs + slewNs);
    this.#axis = { x0: nowNs, y0: isNs, slope: (thenNs - isNs) / slewNs };
    this.#metNs = nowNs + slewNs;
  }

  #fit(xs: Float64Array, ys: Float64Array): Line {
    const line = lowerLine(xs, ys);
    const excess = ys.map((delay, n) => delay - lineAt(line, xs[n]!)).sort();
    this.#spreadNs = excess[excess.length >> 1] ?? 0;
    return line;
  }
}

/** A second's worth, and then some. */
const fewestBuckets = 24;
