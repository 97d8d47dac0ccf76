import type { Freshness } from '../../measure/tracks/sensor-summary.js';
import { periodOf } from '../period.js';
import type { SensorColumn } from '../sensor.js';

/** Spacings of changes that are kept for each column: the latest. Room for them is made as they come, since most columns change seldom. */
const kept = 4096;
const keptAtFirst = 64;
const fewestChanges = 5;
/** Where more readings than this differ from the one before, the sensor may change more often than it was read. */
const limitedShare = 0.92;

/** Watches how often each column truly changes. */
export class FreshnessWatch {
  readonly #columns: readonly ColumnWatch[];

  constructor(columns: readonly SensorColumn[]) {
    this.#columns = columns.map(
      ({ quantity, meanOf }) => new ColumnWatch(quantity === 'stamp', quantity !== 'other' && !meanOf),
    );
  }

  add(timeUs: number, values: readonly Float64Array[], row: number): void {
    for (let n = 0; n < this.#columns.length; n++) {
      const value = values[n]![row]!;
      if (!Number.isNaN(value)) this.#columns[n]!.add(timeUs, value);
    }
  }

  /**
   * Of the column that changes most often. The sensor's own instants count before its values, which may repeat by chance, unless
   * they are those of its answers: NVML's change at each question.
   */
  freshness(spacingUs: number | null): Freshness {
    const telling = this.#columns.filter(
      ({ tells, changes, isStamp, isLimited }) =>
        tells && changes >= fewestChanges && !(isStamp && isLimited),
    );
    const [fastest] = telling.sort((a, b) => Number(b.isStamp) - Number(a.isStamp) || b.changes - a.changes);
    if (!fastest) {
      const repeated = Math.min(
        ...this.#columns
          // Of instants that go on beside it no value is any newer.
          .filter(({ tells, isStamp, readings }) => tells && !isStamp && readings > 1)
          .map((each) => each.repeatedShare),
      );
      return {
        update_s: null,
        repeated_share: Number.isFinite(repeated) ? repeated : null,
        reason: 'it changed too seldom to tell how often it can',
      };
    }
    const { repeatedShare } = fastest;
    if (fastest.isLimited)
      return {
        update_s: null,
        repeated_share: repeatedShare,
        reason: `nearly each reading is a new one: it changes as often as it was read or more often${spacingUs === null ? '' : ` (every ${(spacingUs / 1e6).toPrecision(2)} s)`}`,
      };
    return { update_s: fastest.updateUs / 1e6, repeated_share: repeatedShare };
  }
}

class ColumnWatch {
  readings = 0;
  changes = 0;
  #last = Number.NaN;
  #changedUs = Number.NaN;
  #spacings = 0;
  #spacingsUs = new Float64Array(keptAtFirst);

  constructor(
    readonly isStamp: boolean,
    readonly tells: boolean,
  ) {}

  get isLimited(): boolean {
    return 1 - this.repeatedShare > limitedShare;
  }

  get repeatedShare(): number {
    return 1 - this.changes / (this.readings - 1);
  }

  get updateUs(): number {
    return periodOf(this.#spacingsUs.subarray(0, Math.min(this.#spacings, kept)));
  }

  add(timeUs: number, value: number): void {
    this.readings++;
    const before = this.#last;
    this.#last = value;
    if (Number.isNaN(before) || value === before) return;
    this.changes++;
    const spacing = this.isStamp ? (value - before) * 1e6 : timeUs - this.#changedUs;
    if (spacing > 0) this.#keep(spacing);
    this.#changedUs = timeUs;
  }

  #keep(spacing: number): void {
    const { length } = this.#spacingsUs;
    if (this.#spacings === length && length < kept) {
      const larger = new Float64Array(2 * length);
      larger.set(this.#spacingsUs);
      this.#spacingsUs = larger;
    }
    this.#spacingsUs[this.#spacings++ % kept] = spacing;
  }
}
