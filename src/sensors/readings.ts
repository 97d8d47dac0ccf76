import { RecordingClock } from '../source/clock-watch.js';
import { startTimer } from '../timer.js';
import { openSensors, type SensorChoice } from './open.js';
import type { Sensor, SensorDevice } from './sensor.js';

/** One sensor, and what it reads now. */
export interface SensorReadings {
  readonly id: string;
  readonly product: string | null;
  readonly driver: string | null;
  readonly devices: readonly SensorDevice[];
  readonly readings: readonly {
    readonly name: string;
    readonly title: string;
    readonly decimals: number;
    /** Null where it gives nothing now. */
    readonly value: number | null;
  }[];
  /** Why it can't be read; null where it can. */
  readonly reason: string | null;
}

/** A counter needs two changes to be a power; a program may print once a second, ms. */
const longestMs = 2500;

/** Reads each sensor for as long as it takes to have something in each column, and for a moment at most. */
export async function readSensors(choices: readonly SensorChoice[]): Promise<SensorReadings[]> {
  const { sensors, missing } = await openSensors(choices, { thorough: true });
  const clock = new RecordingClock();
  // At once, since those of one process begin and end together.
  const read = await Promise.all(sensors.map((sensor) => readingsOf(sensor, clock)));
  for (const sensor of sensors) await sensor.close();
  return [
    ...read,
    ...missing.map(({ id, doubt }) => ({
      ...{ id, product: null, driver: null, devices: [], readings: [], reason: doubt.message },
    })),
  ];
}

async function readingsOf(sensor: Sensor, clock: RecordingClock): Promise<SensorReadings> {
  const { id, columns, identity } = sensor;
  const latest = columns.map((): number | null => null);
  await new Promise<void>((resolve) => {
    const cancel = startTimer(longestMs, resolve);
    sensor.start(clock, ({ count, values }) => {
      for (let n = 0; n < latest.length; n++)
        for (let row = 0; row < count; row++) {
          const value = values[n]![row]!;
          if (!Number.isNaN(value)) latest[n] = value;
        }
      if (latest.includes(null)) return;
      cancel();
      resolve();
    });
  });
  return {
    ...{ id, product: identity.product, driver: identity.driver, devices: identity.devices },
    readings: columns.map(({ name, title, decimals }, n) => ({ name, title, decimals, value: latest[n]! })),
    reason: null,
  };
}
