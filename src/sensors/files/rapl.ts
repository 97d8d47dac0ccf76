import { join } from 'node:path';
import { errorText, systemErrorCode } from '../../errors.js';
import { type ReaderEnvironment, type SensorReader, SensorTrouble } from '../reader.js';
import type { SensorColumn, SensorDevice } from '../sensor.js';
import { attribute, entries, NumberFile, nameOf } from './sysfs.js';

/*
 * RAPL, as Linux shows it under /sys/class/powercap (Documentation/power/powercap/powercap.rst; Documentation/ABI/testing/sysfs-class-powercap).
 * Zones contain each other: a package its core and uncore; psys all there is. A package does not hold its dram, though sysfs shows
 * that inside of it (Intel SDM, volume 3B, 16.10). The same zones are shown once more as intel-rapl-mmio, which is left out.
 */

const ujPerJ = 1e6;
/**
 * The counters change about every millisecond (Intel SDM). They are read less often, since a counter loses nothing by that, and
 * each look at it costs CPU.
 */
const usualPeriodMs = 1;
const shortestMs = 50;

/** What allows it, for the user who asks; docs/sensors.md has it as a rule that lasts. */
const raplAdvice =
  "only root may read it (since CVE-2020-8694); 'sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj' allows it to everybody until the next start, docs/sensors.md has a rule for a group that lasts";

interface Zone {
  /** `intel-rapl:0:1` */
  readonly id: string;
  /** As the kernel calls it: `package-0`, `core`. */
  readonly name: string;
  /** What its columns begin with: `package_0_core`. */
  readonly prefix: string;
  readonly wrapJ: number | null;
  readonly file: NumberFile;
}

/** @throws SensorTrouble where there are no zones, or none that this user may read */
export async function openRapl({ sysfs, tell }: ReaderEnvironment): Promise<SensorReader> {
  const folder = join(sysfs, 'class/powercap');
  const ids = entries(folder).filter((name) => /^intel-rapl:\d+(:\d+)*$/.test(name));
  if (ids.length === 0)
    throw new SensorTrouble(
      'sensor-missing',
      'there is no RAPL here (no intel-rapl under /sys/class/powercap)',
    );
  const prefixes = prefixesOf(folder, ids);
  const zones: Zone[] = [];
  let refused: unknown;
  for (const id of ids) {
    const place = join(folder, id);
    try {
      const range = Number(attribute(join(place, 'max_energy_range_uj')) ?? Number.NaN);
      zones.push({
        ...{ id, name: attribute(join(place, 'name')) ?? id, prefix: prefixes.get(id)! },
        wrapJ: range > 0 ? range / ujPerJ : null,
        file: new NumberFile(join(place, 'energy_uj')),
      });
    } catch (error) {
      refused ??= error;
      if (!isRefusal(error))
        tell('sensor-lost', `zone ${id} cannot be read (${errorText(error)}) and is left out`);
    }
  }
  if (zones.length === 0) {
    if (isRefusal(refused)) throw new SensorTrouble('sensor-forbidden', raplAdvice, { cause: refused });
    throw new SensorTrouble('sensor-missing', `no zone can be read (${errorText(refused)})`, {
      cause: refused,
    });
  }
  if (isRefusal(refused)) tell('sensor-forbidden', `some zones are left out: ${raplAdvice}`);
  return readerOf(zones, tell);
}

const isRefusal = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '');

function readerOf(zones: Zone[], tell: ReaderEnvironment['tell']): SensorReader {
  return {
    identity: {
      product: 'RAPL',
      driver: null,
      devices: zones.map(({ id, name, prefix }): SensorDevice => ({ prefix, name, uuid: null, bus: id })),
      meaning: 'an energy counter of about 1 ms; power is the mean between two changes',
    },
    columns: zones.flatMap((zone) => columnsOf(zone, zones)),
    ...{ usualPeriodMs, shortestMs },
    read(values) {
      for (const [n, { file, prefix }] of zones.entries()) {
        const uj = file.read();
        if (uj >= 0) values[2 * n] = uj / ujPerJ;
        else tell('sensor-implausible', `${prefix} said something that is no energy`);
      }
    },
    close: () => {
      for (const { file } of zones.splice(0)) file.close();
    },
  };
}

function columnsOf(zone: Zone, zones: readonly Zone[]): SensorColumn[] {
  const { prefix, wrapJ } = zone;
  const holder = holderOf(zone, zones);
  const title = zone.name;
  const energy = `${prefix}_energy_j`;
  return [
    {
      ...{ name: energy, decimals: 6, quantity: 'energy', title: `${title}, energy so far` },
      partOf: holder && `${holder.prefix}_energy_j`,
      counter: { wrapJ },
    },
    {
      ...{ name: `${prefix}_power_w`, decimals: 3, quantity: 'power', title: `${title}, mean power` },
      partOf: holder && `${holder.prefix}_power_w`,
      meanOf: energy,
    },
  ];
}

/** The zone that this one's energy is contained in; null for none that is read. */
function holderOf({ id, name }: Zone, zones: readonly Zone[]): Zone | null {
  if (name === 'psys') return null;
  const psys = zones.find((zone) => zone.name === 'psys') ?? null;
  if (name === 'dram') return psys;
  const parent = zones.find((zone) => zone.id === id.replace(/:\d+$/, ''));
  return parent ?? psys;
}

/** Distinct: a zone's own name behind that of the zone it lies in, and its number where that is not enough. */
function prefixesOf(folder: string, ids: readonly string[]): Map<string, string> {
  const prefixes = new Map<string, string>();
  for (const id of ids) {
    const own = nameOf(attribute(join(folder, id, 'name')) ?? id);
    const parent = prefixes.get(id.replace(/:\d+$/, ''));
    const prefix = parent === undefined ? own : `${parent}_${own}`;
    prefixes.set(id, [...prefixes.values()].includes(prefix) ? nameOf(`${prefix}_${id}`) : prefix);
  }
  return prefixes;
}
