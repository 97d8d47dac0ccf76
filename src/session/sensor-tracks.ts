import { setTimeout as sleep } from 'node:timers/promises';
import type { SensorSummary } from '../measure/tracks/sensor-summary.js';
import type { MissingSensor, Sensor } from '../sensors/sensor.js';
import { SensorFile } from '../sensors/track/sensor-file.js';
import { missingWarning, SensorTrack } from '../sensors/track/sensor-track.js';
import type { Sink } from '../sink/sink.js';
import type { RecordingClock } from '../source/clock-watch.js';
import type { Warning } from '../stream/warning.js';
import type { Span } from '../trace/span.js';
import type { OutputChoice } from './outputs.js';
import { sensorPlaces } from './track-names.js';

/** Sensors to be recorded beside the boards. */
export interface SensorsBeside {
  /** Found; the recording lets go of them. */
  readonly sensors: readonly Sensor[];
  /** What was asked for and is not there, for the warnings. */
  readonly missing: readonly MissingSensor[];
  /** Whether what spans of the recording cost will be asked for. */
  readonly remember?: boolean;
}

const settleSpacings = 4;
const longestSettleMs = 1000;
/** How long what they first say is waited for, and how often it is asked for, ms. */
const firstWaitMs = 1000;
const askEveryMs = 10;

export const noSensors: SensorsBeside = { sensors: [], missing: [] };

/** The sensors of a recording. None of them can hold the boards up, and what goes wrong with one is a warning. */
export class SensorTracks {
  readonly #missing: readonly MissingSensor[];

  private constructor(
    readonly tracks: readonly SensorTrack[],
    missing: readonly MissingSensor[],
  ) {
    this.#missing = missing;
  }

  /**
   * Opens their files, so that a bad path fails before anything is measured.
   * @throws UserError (usage, outputFailed)
   */
  static async open(
    { sensors, missing, remember = false }: SensorsBeside,
    ids: readonly string[],
    choice: OutputChoice,
  ): Promise<SensorTracks> {
    const places = sensorPlaces(choice, ids);
    const { force = false, durable = true } = choice;
    const files: SensorFile[] = [];
    try {
      const tracks = sensors.map((sensor, n) => {
        const path = places[n]!;
        const { columns } = sensor;
        const file = path === null ? null : new SensorFile({ path, force, durable, columns });
        if (file) files.push(file);
        return new SensorTrack({ id: ids[n]!, sensor, file, remember });
      });
      return new SensorTracks(tracks, missing);
    } catch (error) {
      for (const file of files) await file.finish();
      throw error;
    }
  }

  get files(): readonly string[] {
    return this.tracks.flatMap(({ path }) => path ?? []);
  }

  /** Known when they have ended. */
  get warnings(): readonly Warning[] {
    return [...this.#missing.map(missingWarning), ...this.tracks.flatMap(({ warnings }) => warnings)];
  }

  /** @param onFailure is called where a file can't be written any more */
  start(clock: RecordingClock, onFailure: (error: unknown) => void): void {
    for (const track of this.tracks) track.start(clock, onFailure);
  }

  /**
   * A sink of a board's track: its samples wake this process, and then what the sensors have costs least.
   * @param onNotice for a person: what is doubtful of a sensor, while it is recorded
   */
  turns(onNotice: (text: string) => void): Sink {
    return {
      begin: () => {},
      write: () => {
        for (const track of this.tracks) {
          track.handOver();
          for (const text of track.untold()) onNotice(text);
        }
      },
      finish: async () => {},
    };
  }

  /** Ends them all; resolves when what could be written of their files is whole. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all(this.tracks.map((track) => track.stop()));
  }

  /**
   * How long to go on after something whose cost will be asked for, ms: until those that change often enough have said
   * something that lies behind it.
   */
  get settleMs(): number {
    const spacingsMs = this.tracks.map(({ history }) => history?.spacingMs ?? 0);
    return Math.min(longestSettleMs, settleSpacings * Math.max(0, ...spacingsMs));
  }

  /**
   * Waits until each has said something, and for a second at most: one may be away.
   * @param isOver whether nobody waits any more
   */
  async begun(isOver: () => boolean): Promise<void> {
    const giveUpMs = performance.now() + firstWaitMs;
    for (;;) {
      const silent = this.tracks.filter(({ hasBegun }) => !hasBegun);
      if (silent.length === 0 || isOver() || performance.now() >= giveUpMs) return;
      for (const track of silent) track.handOver(true);
      await sleep(askEveryMs);
    }
  }

  /** Joules of spans, by sensor and column; null where too little was read to say. */
  energiesJ(spans: readonly Span[]): Record<string, Record<string, number | null>> {
    return Object.fromEntries(
      this.tracks.flatMap(({ id, history }) => (history ? [[id, history.energyJ(spans)]] : [])),
    );
  }

  /** @param endS the recording's length, where it is known */
  summaries(endS: number | null): SensorSummary[] {
    return this.tracks.map((track) => track.summary(endS === null ? null : endS * 1e6));
  }
}
