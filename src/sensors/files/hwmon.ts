import { join } from 'node:path';
import { errorText, systemErrorCode } from '../../errors.js';
import { Prefixes } from '../prefixes.js';
import { type ReaderEnvironment, type SensorReader, SensorTrouble } from '../reader.js';
import type { SensorColumn, SensorDevice, SensorQuantity } from '../sensor.js';
import { attribute, entries, linkTarget, NumberFile, nameOf } from './sysfs.js';

/*
 * Every chip under /sys/class/hwmon that tells a power or an energy (Documentation/hwmon/sysfs-interface.rst): power[1-*]_input and
 * power[1-*]_average in µW, energy[1-*]_input in µJ, each with a label where the driver gives one. Graphics of AMD and Intel are
 * among them.
 */

const microPerUnit = 1e6;
/** No chip draws as much, W: 4294967295 and 4294967295000 µW have been seen where a driver did not know. */
const implausibleW = 10_000;
const usualPeriodMs = 100;
/** Many are asked over slow buses. */
const shortestMs = 20;

interface Attribute {
  readonly file: NumberFile;
  readonly column: SensorColumn;
}

interface Chip {
  readonly device: SensorDevice;
  readonly attributes: readonly Attribute[];
}

/** @throws SensorTrouble where no chip tells a power */
export async function openHwmon({ sysfs, known, tell }: ReaderEnvironment): Promise<SensorReader> {
  const folder = join(sysfs, 'class/hwmon');
  const prefixes = new Prefixes(known);
  let refused = false;
  const chips = entries(folder).flatMap((name): Chip[] => {
    const place = join(folder, name);
    const files = entries(place).filter((file) =>
      /^(?:power\d+_(?:input|average)|energy\d+_input)$/.test(file),
    );
    if (files.length === 0) return [];
    const facts = factsOf(place);
    const own = nameOf(facts.name ?? name) || name;
    const prefix = prefixes.before(facts) ?? prefixes.free(1, (n) => (n === 1 ? own : `${own}_${n}`));
    const attributes = files.flatMap((file): Attribute[] => {
      try {
        return [{ file: new NumberFile(join(place, file)), column: columnOf(place, file, prefix) }];
      } catch (error) {
        const forbidden = ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');
        refused ||= forbidden;
        tell(
          forbidden ? 'sensor-forbidden' : 'sensor-lost',
          `${prefix}: ${file} cannot be read (${errorText(error)}) and is left out`,
        );
        return [];
      }
    });
    return attributes.length === 0 ? [] : [{ device: { prefix, ...facts }, attributes: named(attributes) }];
  });
  if (chips.length === 0)
    throw refused
      ? new SensorTrouble('sensor-forbidden', 'this user may not read the powers under /sys/class/hwmon')
      : new SensorTrouble('sensor-missing', 'no chip under /sys/class/hwmon tells a power or an energy');
  return readerOf(chips, tell);
}

function readerOf(chips: readonly Chip[], tell: ReaderEnvironment['tell']): SensorReader {
  const attributes = chips.flatMap((chip) => chip.attributes);
  const columns = attributes.flatMap(({ column }): SensorColumn[] =>
    column.quantity === 'energy' ? [column, meanOf(column)] : [column],
  );
  const places = attributes.map(({ column }) => columns.indexOf(column));
  return {
    identity: {
      product: 'hwmon',
      driver: null,
      devices: chips.map(({ device }) => device),
      meaning: null,
    },
    columns,
    ...{ usualPeriodMs, shortestMs },
    read(values) {
      let failure: unknown;
      let given = 0;
      for (const [n, { file, column }] of attributes.entries()) {
        try {
          const raw = file.read();
          const value = raw / microPerUnit;
          const limit = column.quantity === 'power' ? implausibleW : Number.POSITIVE_INFINITY;
          given++;
          if (value >= 0 && value < limit) values[places[n]!] = value;
          else
            tell(
              'sensor-implausible',
              `${column.name} was given as ${raw} µ${unitOf(column)}, which is none`,
            );
        } catch (error) {
          failure = error;
        }
      }
      if (given === 0) throw failure;
      // Drivers refuse single answers while a card sleeps.
      if (failure) tell('sensor-lost', `some of it could not be read at times (${errorText(failure)})`);
    },
    close: () => {
      for (const { file } of attributes.splice(0)) file.close();
    },
  };
}

const unitOf = ({ quantity }: SensorColumn): string => (quantity === 'power' ? 'W' : 'J');

function columnOf(place: string, file: string, prefix: string): SensorColumn {
  const [, kind = '', number = '', what = ''] = /^(power|energy)(\d+)_(\w+)$/.exec(file) ?? [];
  const label = attribute(join(place, `${kind}${number}_label`));
  const quantity: SensorQuantity = kind === 'power' ? 'power' : 'energy';
  const part = label === null ? `${prefix}_${kind}${number}` : `${prefix}_${nameOf(label)}_${kind}`;
  const average = what === 'average' ? '_average' : '';
  const title = `${prefix}, ${label ?? `${kind} ${number}`}${average === '' ? '' : ', average'}`;
  return {
    ...{
      name: `${part}${average}_${quantity === 'power' ? 'w' : 'j'}`,
      decimals: 6,
      quantity,
      title,
      partOf: null,
    },
    // The kernel counts on over its 32-bit registers, if it is asked often enough.
    ...(quantity === 'energy' ? { counter: { wrapJ: null } } : {}),
  };
}

const meanOf = ({ name, title, partOf }: SensorColumn): SensorColumn => ({
  name: name.replace(/_j$/, '_power_w'),
  ...{ decimals: 3, quantity: 'power', title: `${title}, mean power`, meanOf: name },
  partOf: partOf === null ? null : partOf.replace(/_j$/, '_power_w'),
});

/** Intel's xe gives the energy of the card, and that of the package, which is a part of it. */
function named(attributes: readonly Attribute[]): readonly Attribute[] {
  const taken = new Set<string>();
  const card = attributes.find(({ column: { name } }) => /^xe\w*_(?:energy1|card_energy)_j$/.test(name));
  return attributes.map(({ file, column }) => {
    const name = distinct(column.name.replace(/_[wj]$/, ''), taken) + column.name.slice(-2);
    const isPart = card && /_(?:energy2|pkg_energy|package_energy)_j$/.test(column.name);
    return { file, column: { ...column, name, partOf: isPart ? card.column.name : column.partOf } };
  });
}

function distinct(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  taken.add(free);
  return free;
}

const factsOf = (place: string): Omit<SensorDevice, 'prefix'> => ({
  name: attribute(join(place, 'name')),
  uuid: attribute(join(place, 'device/unique_id')),
  bus: linkTarget(join(place, 'device')),
});
