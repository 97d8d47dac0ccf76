import { basename } from 'node:path';
import type { SensorSummary } from '../../measure/tracks/sensor-summary.js';
import type { RecordingClock } from '../../source/clock-watch.js';
import type { Warning } from '../../stream/warning.js';
import { plural } from '../../units.js';
import type { MissingSensor, Sensor, SensorBlock, SensorDoubt, SensorRecording } from '../sensor.js';
import { EnergyHistory } from './energy-history.js';
import { SensorFigures } from './sensor-figures.js';
import type { SensorFile } from './sensor-file.js';

interface SensorTrackOptions {
  readonly id: string;
  readonly sensor: Sensor;
  /** Null where its readings are not kept. */
  readonly file: SensorFile | null;
  /** Whether what single stretches of it cost will be asked for. */
  readonly remember: boolean;
}

/** A sensor beside the boards: its readings, its file, its figures. */
export class SensorTrack {
  /** What its file, its warnings and its entry are called by. */
  readonly id: string;
  readonly sensor: Sensor;
  readonly figures: SensorFigures;
  /** Null where nobody will ask. */
  readonly history: EnergyHistory | null;
  readonly #file: SensorFile | null;
  #recording: SensorRecording | undefined;
  #stopping: Promise<void> | undefined;
  readonly #told = new Set<string>();

  constructor({ id, sensor, file, remember }: SensorTrackOptions) {
    this.id = id;
    this.sensor = sensor;
    this.figures = new SensorFigures(sensor.columns);
    this.history = remember ? new EnergyHistory(sensor.columns) : null;
    this.#file = file;
  }

  get path(): string | null {
    return this.#file?.path ?? null;
  }

  /** The latest of its first power, W; null where it says none now. */
  get lastW(): number | null {
    const first = this.sensor.columns.findIndex(({ quantity }) => quantity === 'power');
    return this.figures.lastOf(first);
  }

  /** Whether it has said something. */
  get hasBegun(): boolean {
    return this.figures.samples > 0;
  }

  /** @param onFailure is called where its file can't be written any more */
  start(clock: RecordingClock, onFailure: (error: unknown) => void): void {
    this.#file?.begin(clock.anchor.unixUs, onFailure);
    this.#recording = this.sensor.start(clock, (block) => this.#take(block));
  }

  /** @param isWaited somebody waits for it */
  handOver(isWaited = false): void {
    this.#recording?.handOver(isWaited);
  }

  /** What is doubtful of it and was not told yet, for people; each thing once, however often it happens. */
  untold(): string[] {
    const doubts = this.#recording?.doubts ?? [];
    const fresh = doubts.filter(({ message }) => !this.#told.has(message));
    for (const { message } of fresh) this.#told.add(message);
    return fresh.map(({ message }) => `${this.id}: ${message}`);
  }

  /** Ends it; resolves when what could be written of its file is whole. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    try {
      await (this.#recording?.stop() ?? this.sensor.close());
    } finally {
      await this.#file?.finish();
    }
  }

  #take(block: SensorBlock): void {
    this.#file?.write(block);
    this.figures.add(block);
    if (!this.history) return;
    const { count, earliestNs, latestNs, values } = block;
    for (let row = 0; row < count; row++)
      this.history.add(Math.round((earliestNs[row]! + latestNs[row]!) / 2000), values, row);
  }

  /** @param endUs the recording's end, where it is known */
  summary(endUs: number | null): SensorSummary {
    const { identity, columns, id: kind } = this.sensor;
    return {
      id: this.id,
      sensor: {
        kind,
        ...{ product: identity.product, driver: identity.driver, meaning: identity.meaning },
        devices: identity.devices,
        columns: columns.map(({ name, quantity, partOf }) => ({ name, quantity, part_of: partOf })),
      },
      uuids: identity.devices.flatMap(({ uuid }) => uuid ?? []),
      file: this.path === null ? null : basename(this.path),
      ...this.figures.parts(endUs),
      energy_uncertainty_j: null,
      cpu_s: this.#recording?.cpuS ?? null,
    };
  }

  get warnings(): Warning[] {
    const lacking = this.#file?.lacking ?? 0;
    const doubts = this.#recording?.doubts ?? [];
    return [
      ...doubts.map((doubt) => sensorWarning(this.id, doubt)),
      ...(lacking > 0
        ? [
            {
              code: 'sensor-overrun' as const,
              message: `${this.id}: its file lacks ${plural(lacking, 'reading')}, which the disk did not take in time`,
              track: this.id,
            },
          ]
        : []),
    ];
  }
}

/** What the summary says of something doubtful. */
function sensorWarning(id: string, { code, message, times, firstNs, lastNs }: SensorDoubt): Warning {
  const [first, last] = [firstNs, lastNs].map((ns) => (ns === null ? null : (ns / 1e9).toFixed(3)));
  const when =
    first === null || last === null
      ? ''
      : times === 1
        ? ` (at ${first} s)`
        : ` (${times} times, between ${first} and ${last} s)`;
  return { code, message: `${id}: ${message}${when}`, track: id };
}

export const missingWarning = ({ id, doubt }: MissingSensor): Warning => {
  const { code, message } = sensorWarning(id, doubt);
  return { code, message: `${message}; it is not recorded` };
};
