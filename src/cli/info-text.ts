import type { BoardIdentity } from '../block.js';
import type { Reading } from '../session/first-readings.js';
import { formatTable } from './table.js';

const units: Readonly<Record<string, string>> = { v: 'V', a: 'A', w: 'W', c: '°C', pct: '%', rpm: 'rpm' };

/** Prints a board's identity and readings: for people a table, or JSON with the CSV's names. */
export function printInfo(identity: BoardIdentity, readings: readonly Reading[], json: boolean): void {
  const { product, productId, uid, name, firmware, port } = identity;
  if (json) {
    const board = { product, product_id: productId, uid, name, firmware, port };
    const values = Object.fromEntries(readings.map((reading) => [reading.name, reading.value]));
    console.log(JSON.stringify({ board, readings: values }, undefined, 2));
    return;
  }
  console.log(
    formatTable(
      ['', ''],
      [
        ['Product', `${product} (0x${productId.toString(16)})`],
        ['Name', name ?? 'not known'],
        ['UID', uid ?? 'not known'],
        ['Firmware', firmware === null ? 'not known' : String(firmware)],
        ['Port', port],
      ],
    ).trimStart(),
  );
  console.log();
  console.log(
    formatTable(
      ['READING', 'VALUE', '', 'COLUMN'],
      readings.map((reading) => [reading.title, ...valueCells(reading), reading.name]),
      [1],
    ),
  );
}

function valueCells({ name, value, decimals }: Reading): [string, string] {
  if (value === null) return ['', 'not connected'];
  return [value.toFixed(decimals), units[name.slice(name.lastIndexOf('_') + 1)] ?? ''];
}
