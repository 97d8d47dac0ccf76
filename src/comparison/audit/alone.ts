import type { ReadingTrace } from '../../compare/comparison.js';
import { usageError } from '../../errors.js';
import type { Sensor, SensorBlock, SensorColumn } from '../../sensors/sensor.js';
import { RecordingClock } from '../../source/clock-watch.js';
import { auditSensor } from './audit.js';
import { counterNameOf } from './counter.js';
import type { Audited } from './open.js';

/** A sensor that is read without a board: its readings are kept here, and written nowhere. */
export class SensorAlone {
  readonly #sensor: Sensor;
  readonly #recording: ReturnType<Sensor['start']>;
  readonly #timesUs: Float64Array[] = [];
  readonly #values: Float64Array[][] = [];

  constructor(sensor: Sensor) {
    this.#sensor = sensor;
    const take = ({ count, earliestNs, latestNs, values }: SensorBlock): void => {
      this.#timesUs.push(
        Float64Array.from({ length: count }, (_, n) => (earliestNs[n]! + latestNs[n]!) / 2e3),
      );
      this.#values.push(values.map((column) => column.slice(0, count)));
    };
    this.#recording = sensor.start(new RecordingClock(), take);
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#recording.stop();
    await this.#sensor.close();
  }

  /** When it has ended: its sheet. @param asked of `--column-b` @throws UserError (usage) where it has no such column */
  audit(asked: string | undefined): Audited {
    const { columns, identity, id } = this.#sensor;
    const column = this.#chosen(asked);
    const trace = this.#trace(column);
    const counter = column.quantity === 'energy' ? column : counterBeside(column, columns);
    const sheet = auditSensor({
      ...{ reference: null, comparison: null },
      power: column.quantity === 'power' ? trace : null,
      counter: counter ? { trace: this.#trace(counter), column: counter.name } : null,
    });
    const device = identity.devices.find(({ prefix }) => column.name.startsWith(`${prefix}_`));
    return {
      ...{ a: null, sheet, guesses: [] },
      b: { path: id, column: column.name, source: identity.product, uuid: device?.uuid ?? null },
      remarks: this.#recording.doubts.map(({ message, times }) =>
        times > 1 ? `${message} (${times} times)` : message,
      ),
    };
  }

  /** What was asked for, or the first power that it reads and did read; of one that only counts its first counter. */
  #chosen(asked: string | undefined): SensorColumn {
    const { columns, id } = this.#sensor;
    const able = columns.filter(
      ({ quantity, meanOf }) => quantity === 'energy' || (quantity === 'power' && meanOf === undefined),
    );
    const found =
      asked === undefined
        ? (able.find((column) => column.quantity === 'power' && this.#hasRead(column)) ??
          able.find((column) => this.#hasRead(column)) ??
          able[0])
        : able.find(({ name }) => name === asked);
    if (found) return found;
    throw usageError(
      `${id} reads no ${asked ?? 'power'}; what can be audited is ${able.map(({ name }) => name).join(', ') || 'nothing'}`,
    );
  }

  #hasRead(column: SensorColumn): boolean {
    const at = this.#sensor.columns.indexOf(column);
    return this.#values.some((block) => !block[at]!.every(Number.isNaN));
  }

  #trace(column: SensorColumn): ReadingTrace {
    const at = this.#sensor.columns.indexOf(column);
    return {
      timeUs: joined(this.#timesUs),
      value: joined(this.#values.map((block) => block[at]!)),
      quantity: column.quantity === 'energy' ? 'energy' : 'power',
    };
  }
}

/** The counter of the same device: of `gpu0_power_w` `gpu0_energy_j`. */
function counterBeside(power: SensorColumn, columns: readonly SensorColumn[]): SensorColumn | undefined {
  const name = counterNameOf(power.name);
  return columns.find((column) => column.name === name && column.quantity === 'energy');
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
