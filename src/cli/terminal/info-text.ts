import { boardFor, isNewerThanKnown } from '../../board/catalogue.js';
import { powerSensor3Id } from '../../board/powersensor3/powersensor3.js';
import type { CalibrationSummary } from '../../measure/summary.js';
import type { ProbeCalibration } from '../../session/calibration-summary.js';
import type { FirstReadings, Reading } from '../../session/first-readings.js';
import type { Source } from '../../source/source.js';
import type { BoardIdentity } from '../../stream/recording-header.js';
import { printable } from '../../text.js';
import { fixed } from '../../units.js';
import { freshnessText } from './freshness-text.js';
import { print } from './say.js';
import { formatTable } from './table.js';
import { wiresNow, wiresTable } from './wires/now.js';

const units: Readonly<Record<string, string>> = { v: 'V', a: 'A', w: 'W', c: '°C', pct: '%', rpm: 'rpm' };

/** All that the board applies: to its rails as the summary tells it, and to what it reads beside them. */
interface WholeCalibration extends CalibrationSummary {
  readonly probes: Readonly<Record<string, ProbeCalibration>>;
}

/**
 * Prints a board's identity and readings: for people a table, or JSON with the CSV's names.
 * @param calibration Undefined where nobody asked for it, null where the board gave none.
 */
export function printInfo(
  { identity, board: instrument }: Pick<Source, 'identity' | 'board'>,
  { readings, freshness }: FirstReadings,
  calibration: WholeCalibration | null | undefined,
  json: boolean,
): void {
  const { product, productId, uid, name, firmware, port, averagingUs, build } = identity;
  if (json) {
    const board = {
      ...{ product, product_id: productId, uid, name, firmware, port },
      ...(averagingUs === undefined ? {} : { averaging_s: averagingUs === null ? null : averagingUs / 1e6 }),
      ...(build === undefined ? {} : { build }),
      ...(calibration === undefined ? {} : { calibration }),
    };
    const values = Object.fromEntries(readings.map((reading) => [reading.name, reading.value]));
    const wires = wiresNow(instrument, readings).map(({ name, rail, current_a, share, over }) => ({
      ...{ name, rail, current_a, share, over },
    }));
    const now = { readings: values, ...(wires.length > 0 && { wires }), freshness };
    print(`${JSON.stringify({ board, ...now }, undefined, 2)}\n`);
    return;
  }
  const facts = formatTable(
    ['', ''],
    [
      ['Product', `${printable(product)}${productIdText(productId)}`],
      ['Name', name === null ? 'not known' : printable(name)],
      ['UID', uid ?? 'not known'],
      ['Firmware', firmware === null ? 'not known' : `${firmware}${provenance(identity)}`],
      ...(build === undefined ? [] : [['Build', printable(build)]]),
      ...(averagingUs === undefined ? [] : [['Averaging', averagingText(averagingUs)]]),
      ['Port', printable(port)],
      ['Read by', tableProvenance(identity)],
      ...(freshness ? [['New readings', freshnessText(freshness)]] : []),
    ],
  );
  const table = formatTable(
    ['READING', 'VALUE', '', 'COLUMN'],
    readings.map((reading) => [reading.title, ...valueCells(reading), reading.name]),
    [1],
  );
  print(`${facts.trimStart()}\n\n${table}\n`);
  const wires = wiresTable(wiresNow(instrument, readings));
  if (wires !== null) print(`\n${wires}\n`);
  if (calibration !== undefined) print(`\n${calibrationText(calibration)}\n`);
}

/** Instruments that other makers or their owners describe have none. */
const productIdText = (productId: number): string =>
  productId === 0 ? '' : ` (0x${productId.toString(16)})`;

const averagingText = (us: number | null): string =>
  us === null ? 'unknown: its configuration is of another layout than published' : `${us / 1000} ms`;

/** Where the table comes from that its readings are read with. */
function tableProvenance({ id, firmware }: BoardIdentity): string {
  const board = boardFor(id, firmware);
  if (id === powerSensor3Id)
    return "its makers' open firmware 1.6.1 and host library; not checked on hardware";
  if (!board) return 'what describes it: --board, or the header of a capture';
  if (board.anyFirmware) return "the maker's published programs, of any firmware; not checked on hardware";
  return `the maker's published contract of firmware ${board.firmware}, and its library; not checked on hardware`;
}

/** How far this firmware's table can be trusted. */
function provenance({ id, firmware }: BoardIdentity): string {
  if (isNewerThanKnown(id, firmware)) return ', newer than this powerlog knows';
  return boardFor(id, firmware)?.released === false ? ', a draft by its maker' : '';
}

function calibrationText(calibration: WholeCalibration | null): string {
  if (!calibration) return 'The board did not say which calibration it applies.';
  const signed = (value: number) => (value > 0 ? `+${value}` : String(value));
  const table = formatTable(
    ['CALIBRATION', 'VOLTAGE OFFSET', 'GAIN', 'CURRENT OFFSET', 'GAIN'],
    Object.entries(calibration.rails).map(([rail, each]) => [
      rail,
      signed(each.voltage_offset),
      signed(each.voltage_gain),
      signed(each.current_offset),
      signed(each.current_gain),
    ]),
    [1, 2, 3, 4],
  );
  const probes = formatTable(
    ['PROBE', 'OFFSET', 'GAIN', 'THERMISTOR'],
    Object.entries(calibration.probes).map(([name, { offset, gain, thermistor_k: k }]) => [
      name,
      signed(offset),
      signed(gain),
      k === undefined ? '' : `B ${k} K`,
    ]),
    [1, 2],
  );
  const explained =
    'Offsets in raw units of the converter, gains in 1/4096 above 1, as the board keeps them.';
  return `${table}\n\n${probes}\n\n${explained}\nSHA-256 ${calibration.sha256}`;
}

function valueCells({ name, value, decimals }: Reading): [string, string] {
  if (value === null) return ['', 'not connected'];
  return [fixed(value, decimals), units[name.slice(name.lastIndexOf('_') + 1)] ?? ''];
}
