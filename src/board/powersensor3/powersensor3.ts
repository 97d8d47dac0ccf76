import type { Command, Field, Rail } from '../board.js';
import type { Framing, StreamingBoard } from '../streaming.js';
import { type SensorConfiguration, sensorBytes, sensorCount } from './configuration.js';

/*
 * PowerSensor3, an open instrument that talks by itself. Source: firmware 1.6.1 and host library of nlesc-recruit/PowerSensor3.
 */

export const powerSensor3Id = 'powersensor3';
/** It has no number of its maker's: USB's, which it shares with all that is built on this chip. */
export const powerSensor3ProductId = 0x5740;

const supplyMv = 3300;
const topLevel = 1023;
/** A time stamp and eight levels, two bytes each. */
const wordCount = 1 + sensorCount;
export const setBytes = 2 * wordCount;

const command = (name: string, letter: string, replyBytes: number): Command => ({
  name,
  request: Uint8Array.of(letter.charCodeAt(0)),
  replyBytes,
});

/**
 * All that it is ever sent. `next` is any byte that is no command; WELCOME's is none on any board. What the other letters do
 * (write its EEPROM, reset it, take it off the bus) is in docs/powersensor3.md.
 */
export const powerSensor3Commands = {
  version: command('V', 'V', 12),
  configuration: command('R', 'R', sensorBytes),
  next: { name: 'the next sensor', request: Uint8Array.of(0), replyBytes: sensorBytes },
  done: { name: 'the end', request: Uint8Array.of(0), replyBytes: 1 },
  start: command('S', 'S', 0),
  stop: command('T', 'T', 0),
} as const satisfies Record<string, Command>;

/** What it answers to the last `next`. */
export const configurationEnd = 'D'.charCodeAt(0);

/** What it says to `V`, such as `F411-1.6.1` or `F411-1.6.1-DEMO`: chip and firmware; null where that is not of it. */
export function readVersion(answer: Uint8Array): { readonly chip: string; readonly firmware: string } | null {
  const text = String.fromCharCode(...answer);
  const [, chip, firmware] = /^(F\d{3})-(\d+\.\d+\.\d+(?:-DEMO)?)\r?\n$/.exec(text) ?? [];
  return chip && firmware ? { chip, firmware } : null;
}

/** First byte 1iiiaaaa, second 0mbbbbbb: the stamp has the number 7 and m set, only sensor 0 may have m, as a marker. */
function framing(): Framing {
  const mask = new Uint8Array(setBytes);
  const pattern = new Uint8Array(setBytes);
  for (let word = 0; word < wordCount; word++) {
    const sensor = word === 0 ? 7 : word - 1;
    mask[2 * word] = 0xf0;
    pattern[2 * word] = 0x80 | (sensor << 4);
    mask[2 * word + 1] = word === 1 ? 0x80 : 0xc0;
    pattern[2 * word + 1] = word === 0 ? 0x40 : 0;
  }
  return { mask, pattern, stamp: { offset: 0, type: 'level', unitNs: 1000, modulo: 1024 } };
}

export const powerSensor3Framing = framing();

/** These two average six scans of the converter, and throw the rest of the division away. */
const averagingChips = ['F401', 'F411'];
/** Mean of what six whole levels added up and divided by six lose to whole levels: (0 + … + 5) / 6 / 6. */
const truncatedLevels = 2.5 / 6;

/**
 * The table for a PowerSensor3 with these sensors; pairs of which one is not in use are no rails.
 * @throws RangeError where a sensor in use has no sensitivity
 */
export function powerSensor3(
  version: { readonly chip: string; readonly firmware: string },
  sensors: readonly SensorConfiguration[],
): StreamingBoard {
  const fields: Field[] = [];
  const rails: Rail[] = [];
  const averages = averagingChips.includes(version.chip);
  const taken = new Set(reserved);
  for (let current = 0; current < sensorCount; current += 2) {
    const [ampere, volt] = [sensors[current]!, sensors[current + 1]!];
    if (!ampere.inUse || !volt.inUse) continue;
    const name = freeName(ampere.pairName, current / 2 + 1, taken);
    const title = ampere.pairName.trim() || `Pair ${current / 2 + 1}`;
    const voltage = fields.push(levelField(`${name}_voltage_v`, current + 1, volt, `${title}, voltage`)) - 1;
    const amperes = fields.push(levelField(`${name}_current_a`, current, ampere, `${title}, current`)) - 1;
    const power =
      fields.push({
        ...{ name: `${name}_power_w`, offset: 0, type: 'product', decimals: 3, title: `${title}, power` },
        product: [voltage, amperes],
      }) - 1;
    rails.push({ name, title, nominalMv: 0, voltage, current: amperes, power });
  }
  return {
    id: powerSensor3Id,
    product: `PowerSensor3 ${version.chip} ${version.firmware}`,
    frameBytes: setBytes,
    fields,
    rails,
    wires: [],
    extraFields: [],
    faults: null,
    ownSupply: null,
    calibration: [],
    totals: [],
    components: rails.length === 0 ? {} : { measured: rails.map((rail) => rail.name) },
    // What its makers publish is of sensor modules, and which one is built in is not told.
    nominalAccuracy: null,
    ...(averages ? { truncatedLevels } : {}),
    streaming: {
      framing: powerSensor3Framing,
      expectedHz: 20_000,
      // Firmware 1.6.1 stamps the end of the mean there.
      averagedShare: averages ? 1 : 0,
      start: powerSensor3Commands.start.request,
      stop: powerSensor3Commands.stop.request,
    },
  };
}

function levelField(
  name: string,
  sensor: number,
  { referenceV, sensitivity }: SensorConfiguration,
  title: string,
): Field {
  if (!Number.isFinite(referenceV) || !Number.isFinite(1 / sensitivity))
    throw new RangeError(
      `sensor ${sensor} is in use with a reference of ${referenceV} V and a sensitivity of ${sensitivity}`,
    );
  return {
    ...{ name, offset: 2 + 2 * sensor, type: 'level', decimals: 3, title },
    scale: { gain: supplyMv / topLevel / sensitivity, offset: 0 - (1000 * referenceV) / sensitivity },
  };
}

/** What columns, components and the slot adapter are called. */
const reserved = ['system', 'slot', 'measured', 'cpu', 'gpu', 'motherboard'];

/** A pair's name as columns may bear it, and no other pair does. */
function freeName(pairName: string, pair: number, taken: Set<string>): string {
  const plain = pairName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const base = plain === '' ? `pair${pair}` : /^[a-z]/.test(plain) ? plain : `rail_${plain}`;
  const name = taken.has(base) ? `${base}_pair${pair}` : base;
  taken.add(name);
  return name;
}
