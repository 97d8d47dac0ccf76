import { join } from 'node:path';
import { printable } from '../../text.js';
import { attribute, entries } from '../files/sysfs.js';
import type { Programs } from '../reader.js';
import { type CardName, readAmdNames } from './smi-output.js';

/** A graphics card of the kernel's driver amdgpu. */
export interface Graphics {
  /** `/sys/class/drm/card1/device`. */
  readonly place: string;
  /** Its files of power: of each the path, or null. */
  readonly instant: string | null;
  readonly average: string | null;
  /** `0000:03:00.0`. */
  readonly bus: string | null;
  readonly name: string | null;
  readonly uuid: string | null;
}

/** How long AMD's programs may take to tell names, ms: they load Python and a library. */
const namesLimitMs = 6000;

/** Cards with a file of power, in the order of their buses, in which `amd-smi` counts them too. */
export function findGraphics(sysfs: string): Graphics[] {
  const root = join(sysfs, 'class/drm');
  const cards = entries(root).filter((name) => /^card\d+$/.test(name));
  return cards
    .flatMap((card): Graphics[] => {
      const place = join(root, card, 'device');
      const chips = join(place, 'hwmon');
      const chip = entries(chips).find((name) => attribute(join(chips, name, 'name')) === 'amdgpu');
      if (chip === undefined) return [];
      const files = entries(join(chips, chip));
      const file = (name: string) => (files.includes(name) ? join(chips, chip, name) : null);
      const [instant, average] = [file('power1_input'), file('power1_average')];
      if (instant === null && average === null) return [];
      const bus = /^PCI_SLOT_NAME=(\S+)$/m.exec(attribute(join(place, 'uevent')) ?? '')?.[1] ?? null;
      const [name, uuid] = [attribute(join(place, 'product_name')), attribute(join(place, 'unique_id'))];
      return [{ place, instant, average, bus, name, uuid }];
    })
    .sort((a, b) => (a.bus ?? '').localeCompare(b.bus ?? ''));
}

/** Cards as `amd-smi` knows them, by its number; none where it is not there or says nothing. */
export async function amdNames(programs: Programs): Promise<CardName[]> {
  const ask = async (...words: readonly string[]): Promise<CardName[]> => {
    try {
      return readAmdNames(await programs.ask(['amd-smi', ...words, '--json'], namesLimitMs));
    } catch {
      return [];
    }
  };
  const [listed, described] = await Promise.all([ask('list'), ask('static', '--asic')]);
  const cards = listed.length > 0 ? listed : described;
  return cards.map((card) => ({
    ...card,
    name: described.find((each) => each.card === card.card)?.name ?? card.name,
  }));
}

/** The card's names, as `amd-smi` has them where it knows its bus. */
export function named({ bus, name, uuid }: Graphics, names: readonly CardName[]) {
  const told = names.find((each) => bus !== null && each.bus === bus.toLowerCase());
  const text = (value: string | null | undefined) => (value == null ? null : printable(value));
  return { bus, name: text(told?.name ?? name), uuid: text(told?.uuid ?? uuid) };
}
