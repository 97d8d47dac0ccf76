import { fieldTypes } from '../../board/field-type.js';
import {
  type SensorConfiguration,
  sensorBytes,
  writeConfiguration,
} from '../../board/powersensor3/configuration.js';
import {
  configurationEnd,
  powerSensor3,
  powerSensor3Commands,
} from '../../board/powersensor3/powersensor3.js';
import type { StreamingBoard } from '../../board/streaming.js';
import type { ProfileName } from '../profile-names.js';
import { makeRailReadings, railReader } from '../profiles.js';

/** 12 V rails of the machine that the profiles are of: a sensor module up to 13 A each, and one up to 41 A. */
const pairs = [
  ['eps1', 0.12],
  ['hpwr1', 0.04],
  ['pcie3', 0.12],
  ['atx_12v', 0.12],
] as const;
const voltsPerVolt = 0.2;
const railMv = 12_000;

const sensors: readonly SensorConfiguration[] = pairs.flatMap(([pairName, voltsPerAmpere]) => [
  { type: 'MLX', pairName, referenceV: 1.65, sensitivity: voltsPerAmpere, inUse: true },
  { type: 'voltage', pairName, referenceV: 0, sensitivity: voltsPerVolt, inUse: true },
]);
const version = { chip: 'F411', firmware: '1.6.1' };

const simulatedTalker: StreamingBoard = powerSensor3(version, sensors);

/** 20 kHz. */
const spacingNs = 50_000;
/** No more sets than these at once, so that what was slept through is not all told in one breath. */
const mostSets = 400;

/** A PowerSensor3 as its client sees it. */
export class TalkModel {
  talks = false;
  readonly #configuration = writeConfiguration(sensors);
  /** The sensor whose configuration was sent last, and waits for a byte; -1 where none does. */
  #sensor = -1;
  /** The number of the next set: it was taken so many spacings after the instant 0 of CLOCK_MONOTONIC. */
  #next = 0;
  readonly #sets: Uint8Array;
  readonly #view: DataView;
  readonly #readings;
  readonly #readRails;
  readonly #levels;

  constructor(profile: ProfileName, seed: number) {
    const { frameBytes, streaming, fields } = simulatedTalker;
    this.#sets = new Uint8Array(mostSets * frameBytes);
    for (let set = 0; set < mostSets; set++) this.#sets.set(streaming.framing.pattern, set * frameBytes);
    this.#view = new DataView(this.#sets.buffer);
    const rails = simulatedTalker.rails.map((rail) => ({ ...rail, nominalMv: railMv }));
    this.#readings = makeRailReadings(rails);
    this.#readRails = railReader(profile, seed, { rails });
    this.#levels = rails.map(({ voltage, current }) => ({
      voltage: fields[voltage]!,
      current: fields[current]!,
    }));
  }

  /** The answer to one byte at an instant of CLOCK_MONOTONIC, ns; `unexpected` where it is none of those that are ever sent. */
  reply(byte: number, nowNs: number): Uint8Array | 'unexpected' | undefined {
    if (this.#sensor >= 0) {
      if (++this.#sensor < sensors.length) return this.#part();
      this.#sensor = -1;
      return Uint8Array.of(configurationEnd);
    }
    switch (byte) {
      case powerSensor3Commands.version.request[0]:
        return new TextEncoder().encode(`${version.chip}-${version.firmware}\r\n`);
      case powerSensor3Commands.configuration.request[0]:
        this.#sensor = 0;
        return this.#part();
      case powerSensor3Commands.start.request[0]:
        this.talks = true;
        this.#next = Math.ceil(nowNs / spacingNs);
        return undefined;
      case powerSensor3Commands.stop.request[0]:
        this.talks = false;
        return undefined;
      case powerSensor3Commands.next.request[0]:
        return undefined;
      default:
        return 'unexpected';
    }
  }

  /** The sets that were taken up to an instant and not sent yet, lent until the next call. */
  sets(nowNs: number): Uint8Array {
    const { frameBytes } = simulatedTalker;
    let count = 0;
    for (; count < mostSets && this.#next * spacingNs <= nowNs; count++, this.#next++)
      this.#write(count * frameBytes, this.#next * spacingNs);
    return this.#sets.subarray(0, count * frameBytes);
  }

  #write(at: number, ns: number): void {
    const { stamp } = simulatedTalker.streaming.framing;
    this.#level(at + stamp!.offset, Math.floor(ns / stamp!.unitNs) % stamp!.modulo);
    // A set tells of the spacing in front of it.
    this.#readRails(ns - spacingNs / 2, this.#readings);
    this.#levels.forEach(({ voltage, current }, rail) => {
      this.#level(at + voltage.offset, levelOf(voltage.scale!, this.#readings.voltageMv[rail]!));
      this.#level(at + current.offset, levelOf(current.scale!, this.#readings.currentMa[rail]!));
    });
  }

  #level(at: number, level: number): void {
    fieldTypes.level.write(this.#view, at, level);
  }

  #part(): Uint8Array {
    return this.#configuration.subarray(this.#sensor * sensorBytes, (this.#sensor + 1) * sensorBytes);
  }
}

/** The converter cuts off what is less than a level. */
const levelOf = ({ gain, offset }: { gain: number; offset: number }, value: number): number =>
  Math.min(Math.max(Math.floor((value - offset) / gain), 0), 1023);
