import { GrowingColumn } from './growing.js';
import { decimalAt } from './meaning/cells.js';
import { DateReader, dayUs } from './meaning/dates.js';
import type { Plan } from './plan.js';
import { RunCollector } from './run-collector.js';
import type { Cells } from './table/table.js';
import type { Readings } from './tidy.js';

/** A clock without a date that steps back by more than this has gone past midnight. */
const midnightStepUs = dayUs / 2;
const usPerS = 1e6;

/** Takes the cells of rows and keeps the readings in them. */
export class ReadingCollector {
  /** Columns, in rising order. */
  readonly wanted: readonly number[];
  /** Rows without an instant. */
  unreadable = 0;
  /** Rows of devices that are not wanted. */
  others = 0;
  /** Where the rows are of runs that each count from their begin: then all readings are there. */
  readonly runs: RunCollector | null;
  readonly #plan: Plan;
  readonly #point: number;
  readonly #readers: readonly DateReader[];
  readonly #key: Buffer;
  readonly #place: {
    readonly time: number;
    readonly clock: number;
    readonly power: number;
    readonly device: number;
    readonly stamp: number;
    readonly duration: number;
    readonly run: number;
  };
  readonly #scale: number;
  readonly #time = new GrowingColumn();
  readonly #value = new GrowingColumn();
  readonly #stamp = new GrowingColumn();
  #lastUs = Number.NEGATIVE_INFINITY;
  #days = 0;

  constructor(plan: Plan, point: number) {
    const { time, power, device, stamp, runs } = plan;
    const columns = {
      ...{ time: time.index, clock: time.clockIndex ?? -1, power: power.column.index },
      ...{ device: device.index ?? -1, stamp: stamp?.index ?? -1 },
      ...{ duration: runs?.duration ?? -1, run: runs?.name ?? -1 },
    };
    this.runs = runs && new RunCollector();
    this.#plan = plan;
    this.#point = point;
    this.wanted = [...new Set(Object.values(columns))].filter((index) => index >= 0).sort((a, b) => a - b);
    const placeOf = (index: number): number => this.wanted.indexOf(index);
    this.#place = {
      ...{ time: placeOf(columns.time), clock: placeOf(columns.clock), power: placeOf(columns.power) },
      ...{
        device: placeOf(columns.device),
        stamp: placeOf(columns.stamp),
        duration: placeOf(columns.duration),
        run: placeOf(columns.run),
      },
    };
    this.#readers = time.forms.map((form) => new DateReader(form));
    this.#key = Buffer.from(device.key);
    this.#scale = power.unit?.scale ?? 1;
  }

  take(cells: Cells): void {
    const { time, power, device, stamp } = this.#place;
    if (device >= 0 && !this.#isWanted(cells, device)) {
      this.others++;
      return;
    }
    const { bytes, from, to } = cells;
    let us = this.#timeUs(cells, time);
    if (!Number.isFinite(us)) {
      this.unreadable++;
      return;
    }
    if (this.#plan.time.clock.kind === 'day') {
      if (us < this.#lastUs - midnightStepUs) this.#days++;
      this.#lastUs = us;
      us += this.#days * dayUs;
    }
    const value = decimalAt(bytes, from[power]!, to[power]!, this.#point) * this.#scale;
    if (this.runs) {
      this.#takeRun(this.runs, cells, us, value);
      return;
    }
    const stampUs =
      stamp < 0
        ? Number.NaN
        : decimalAt(bytes, from[stamp]!, to[stamp]!, this.#point) * this.#plan.stamp!.scaleUs;
    this.#push(us, value, stampUs);
  }

  #takeRun(runs: RunCollector, { bytes, from, to }: Cells, us: number, joules: number): void {
    const { duration, run } = this.#place;
    const name = run < 0 ? '' : Buffer.from(bytes.subarray(from[run]!, to[run]!)).toString();
    runs.take(name, us, joules, decimalAt(bytes, from[duration]!, to[duration]!, this.#point) * usPerS);
  }

  /** All that was kept; nothing can be taken after that. */
  finish(): Readings {
    return {
      timeUs: this.#time.take(),
      value: this.#value.take(),
      stampUs: this.#place.stamp < 0 ? null : this.#stamp.take(),
    };
  }

  #push(us: number, value: number, stampUs: number): void {
    this.#time.push(us);
    this.#value.push(Number.isFinite(value) ? value : Number.NaN);
    if (this.#place.stamp >= 0) this.#stamp.push(stampUs);
  }

  #timeUs({ bytes, from, to }: Cells, time: number): number {
    const [reader, clockReader] = this.#readers;
    if (!reader) return decimalAt(bytes, from[time]!, to[time]!, this.#point) * this.#plan.time.scaleUs;
    const us = reader.at(bytes, from[time]!, to[time]!);
    if (!clockReader) return us;
    const { clock } = this.#place;
    return us + clockReader.at(bytes, from[clock]!, to[clock]!);
  }

  #isWanted({ bytes, from, to }: Cells, device: number): boolean {
    const key = this.#key;
    const start = from[device]!;
    if (to[device]! - start !== key.length) return false;
    for (let n = 0; n < key.length; n++) if (bytes[start + n] !== key[n]) return false;
    return true;
  }
}
