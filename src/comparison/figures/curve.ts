import { type Columns, newColumns } from '../../draw/envelope.js';
import { fillRollingMeans } from '../../measure/stretch/rolling.js';
import { firstAbove, firstAtLeast } from '../../measure/stretch/sorted.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';

const joulesPerMwUs = 1e-9;

/** A power over time as it is drawn: straight from sample to sample, or held until the next. */
export class Curve {
  readonly #timeUs: Float64Array;
  readonly #powerMw: ArrayLike<number>;
  readonly #isHeld: boolean;
  readonly #gapLimitUs: number;
  /** Up to each sample, J; nothing in gaps. */
  readonly #energyJ: Float64Array;
  readonly gaps: readonly TimeSpan[];

  /**
   * @param timeUs in order, one at least
   * @param powerMw of a held curve NaN from where a gap begins
   */
  constructor(timeUs: Float64Array, powerMw: ArrayLike<number>, isHeld: boolean, gapLimitUs: number) {
    this.#timeUs = timeUs;
    this.#powerMw = powerMw;
    this.#isHeld = isHeld;
    this.#gapLimitUs = gapLimitUs;
    this.#energyJ = new Float64Array(timeUs.length);
    const gaps: TimeSpan[] = [];
    for (let n = 1; n < timeUs.length; n++) {
      const lengthUs = timeUs[n]! - timeUs[n - 1]!;
      const isGap = lengthUs > gapLimitUs || (isHeld && Number.isNaN(powerMw[n - 1]!));
      if (isGap) gaps.push({ startUs: timeUs[n - 1]!, endUs: timeUs[n]! });
      const meanMw = isHeld ? powerMw[n - 1]! : (powerMw[n - 1]! + powerMw[n]!) / 2;
      this.#energyJ[n] = this.#energyJ[n - 1]! + (isGap ? 0 : meanMw * lengthUs * joulesPerMwUs);
    }
    this.gaps = gaps;
  }

  get reach(): TimeSpan {
    return { startUs: this.#timeUs[0]!, endUs: this.#timeUs.at(-1)! };
  }

  /** Energy from the first sample up to an instant, J. */
  energyUpToJ(us: number): number {
    const n = firstAbove(this.#timeUs, us) - 1;
    if (n < 0) return 0;
    const energyJ = this.#energyJ[n]!;
    const mw = this.#at(us, n);
    if (Number.isNaN(mw) || n === this.#timeUs.length - 1) return energyJ;
    return energyJ + ((this.#powerMw[n]! + mw) / 2) * (us - this.#timeUs[n]!) * joulesPerMwUs;
  }

  /** What lies between two instants, in columns of equal width. */
  columns(fromUs: number, toUs: number, count: number): Columns {
    const columns = newColumns(count);
    const columnUs = (toUs - fromUs) / count;
    for (let column = 0; column < count; column++) {
      const startUs = fromUs + column * columnUs;
      const endUs = startUs + columnUs;
      const { minMw, maxMw } = this.extremes(startUs, endUs);
      columns.minMw[column] = minMw;
      columns.maxMw[column] = maxMw;
      const { startUs: firstUs, endUs: lastUs } = this.reach;
      const measuredUs = Math.min(endUs, lastUs) - Math.max(startUs, firstUs);
      const meanMw = (this.energyUpToJ(endUs) - this.energyUpToJ(startUs)) / joulesPerMwUs / measuredUs;
      // A column that is a part of a gap has no less than its least.
      columns.meanMw[column] = Math.min(Math.max(measuredUs > 0 ? meanMw : minMw, minMw), maxMw);
    }
    return columns;
  }

  /** NaN where nothing was measured. */
  extremes(fromUs: number, toUs: number): { minMw: number; maxMw: number } {
    const [first, behind] = [firstAtLeast(this.#timeUs, fromUs), firstAbove(this.#timeUs, toUs)];
    let [minMw, maxMw] = [Number.NaN, Number.NaN];
    const add = (mw: number): void => {
      if (mw < minMw || (Number.isNaN(minMw) && !Number.isNaN(mw))) minMw = mw;
      if (mw > maxMw || (Number.isNaN(maxMw) && !Number.isNaN(mw))) maxMw = mw;
    };
    for (let n = first; n < behind; n++) add(this.#powerMw[n]!);
    add(this.#at(fromUs, firstAbove(this.#timeUs, fromUs) - 1));
    add(this.#at(toUs, behind - 1));
    return { minMw, maxMw };
  }

  /** Means over `windowUs` about each column's middle. */
  rolling(fromUs: number, toUs: number, count: number, windowUs: number): Float32Array {
    const means = new Float32Array(count);
    fillRollingMeans(this, this.gaps, this.reach, { fromUs, toUs, windowUs }, means);
    return means;
  }

  /** The power at an instant behind sample `n` and before the next; NaN beyond the ends and in gaps. */
  #at(us: number, n: number): number {
    const [time, power] = [this.#timeUs, this.#powerMw];
    if (n < 0 || (n === time.length - 1 && us > time[n]!)) return Number.NaN;
    if (us === time[n]! || this.#isHeld)
      return time[n + 1]! - time[n]! > this.#gapLimitUs && us > time[n]! ? Number.NaN : power[n]!;
    const lengthUs = time[n + 1]! - time[n]!;
    if (lengthUs > this.#gapLimitUs) return Number.NaN;
    return power[n]! + ((power[n + 1]! - power[n]!) * (us - time[n]!)) / lengthUs;
  }
}
