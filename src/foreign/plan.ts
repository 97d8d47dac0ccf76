import { inputError } from '../errors.js';
import type { ForeignOptions, OptionNames } from './foreign-track.js';
import { numberOf } from './meaning/cells.js';
import { type ColumnFacts, columnFacts } from './meaning/column-facts.js';
import { chooseDevice, type DeviceChoice } from './meaning/device-column.js';
import { type PowerColumn, powerColumnOf } from './meaning/power-column.js';
import { epochOf, type TimeColumn, timeColumnOf } from './meaning/time-column.js';
import type { Table } from './table/table.js';

/** What is read of a table, and how. */
export interface Plan {
  readonly time: TimeColumn;
  readonly power: PowerColumn;
  readonly device: DeviceChoice;
  readonly writer: string | null;
  /** Where the sensor's own stamps of its updates stand. */
  readonly stamp: { readonly index: number; readonly scaleUs: number } | null;
  /** Where the seconds stand that the joules of a row were counted for, and the run's name; CodeCarbon's alone. */
  readonly runs: { readonly duration: number; readonly name: number | null } | null;
}

/** Decides by a table's first rows what of it is read. @throws UserError as `readForeign` does */
export function planOf(table: Table, options: ForeignOptions, path: string, names: OptionNames): Plan {
  if (table.sample.length === 0)
    throw inputError(`${path} holds no reading: nothing stands below the names of its columns`);
  const columns = columnFacts(table);
  const writer = writerOf(table);
  const isCodeCarbon = writer === 'CodeCarbon';
  // `power.draw@1`: of one device.
  const [, asked = '', deviceAsked] = /^(.*?)(?:@(.+))?$/s.exec(options.column ?? '') ?? [];
  const time =
    writer === 'powerlog' && options.time === undefined
      ? ownTime(table)
      : timeColumnOf(columns, options.time, path, names);
  const timeIndexes = [time.index, ...(time.clockIndex === undefined ? [] : [time.clockIndex])];
  const power = powerColumnOf(
    isCodeCarbon ? columns.map(inKilowattHours) : columns,
    timeIndexes,
    {
      column: asked === '' ? undefined : asked,
      ...{ unit: options.unit, component: options.component },
      prefersEnergy:
        isCodeCarbon || table.names.some((name) => /^(?:package|psys)_?\d*_energy_j$/.test(name)),
    },
    path,
    names,
  );
  const device = chooseDevice(columns, power.column, deviceAsked, path, names);
  return {
    ...{ time, power, device, writer },
    stamp: stampOf(columns, power.column, timeIndexes),
    runs: isCodeCarbon && power.quantity === 'energy' ? runsOf(table) : null,
  };
}

/** Nobody else writes an instant so. */
const smiStamp = /^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/;

/** What is known by the names that its columns bear. */
function writerOf({ names, sample }: Table): string | null {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (names[0] === 'time_s' && has(/_(?:w|j)$/)) return 'powerlog';
  if (has(/^emissions$/) && has(/^energy_consumed$/)) return 'CodeCarbon';
  if (has(/^power\.draw/) || sample.some((row) => row.some((cell) => smiStamp.test(cell))))
    return 'nvidia-smi';
  if (has(/Graphics Package Power/)) return 'rocm-smi';
  if (has(/(?:^|\.)(?:\w+_)?socket_power$|^power_usage$|^power\.current_power$/)) return 'amd-smi';
  return null;
}

function runsOf({ names }: Table): Plan['runs'] {
  const [duration, name] = [names.indexOf('duration'), names.indexOf('run_id')];
  return duration < 0 ? null : { duration, name: name < 0 ? null : name };
}

/** CodeCarbon counts in kWh and does not say so. */
const inKilowattHours = (column: ColumnFacts): ColumnFacts =>
  column.words.includes('energy')
    ? { ...column, unit: { quantity: 'energy', unit: 'kWh', scale: 3.6e6 } }
    : column;

/** A powerlog CSV counts its seconds from the recording's begin. */
const ownTime = (table: Table): TimeColumn => ({
  ...{ index: 0, name: 'time_s', clock: { kind: 'recording', startUnixUs: startUnixUs(table) } },
  ...{ forms: [], scaleUs: 1e6, resolutionUs: 1, guesses: [] },
});

function startUnixUs({ names, sample, point }: Table): number | null {
  const at = names.indexOf('unix_time_s');
  const [first] = sample;
  if (at < 0 || !first?.[at]) return null;
  const us = (text: string) => Math.round(numberOf(text, point) * 1e6);
  return us(first[at]!) - us(first[0]!);
}

const stampName = /(?:^|[^a-z])(?:stamp|ts|updated|unix_time)(?:[^a-z]|$)/;

/** Instants since 1970 beside a power that bear its name. */
function stampOf(
  columns: readonly ColumnFacts[],
  power: ColumnFacts,
  timeIndexes: readonly number[],
): Plan['stamp'] {
  const [first] = power.words;
  const second = power.words[1] ?? '';
  const found = columns.find(
    ({ index, name, words, numbers }) =>
      !timeIndexes.includes(index) &&
      stampName.test(name) &&
      words[0] === first &&
      (/^\d+$/.test(second) ? words[1] === second : true) &&
      numbers.length > 0 &&
      epochOf(numbers[0]!) !== undefined,
  );
  return found ? { index: found.index, scaleUs: epochOf(found.numbers[0]!)!.scaleUs } : null;
}
