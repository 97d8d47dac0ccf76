import { Prefixes } from '../prefixes.js';
import { type ReaderEnvironment, SensorTrouble } from '../reader.js';
import { type Cell, cardFields, cardsArguments, generations, type PowerField, readCell } from './query.js';

export const program = 'nvidia-smi';
/** Without its persistence daemon the driver wakes every card first. */
const limitMs = 9000;

export interface Card {
  readonly prefix: string;
  readonly uuid: string;
  readonly bus: string;
  readonly name: string;
  /** Of each power, what it said first. */
  readonly first: readonly Cell[];
}

export interface Cards {
  readonly driver: string | null;
  readonly powers: readonly PowerField[];
  readonly cards: readonly Card[];
}

/** Asks once what there is, as the newest driver can be asked, then as older ones can. @throws SensorTrouble */
export async function findCards({
  programs,
  known,
}: Pick<ReaderEnvironment, 'programs' | 'known'>): Promise<Cards> {
  let refusal: unknown;
  for (const powers of generations) {
    try {
      return readCards(await programs.ask([program, ...cardsArguments(powers)], limitMs), powers, known);
    } catch (error) {
      // A field that it does not know ends it; so does all that is wrong with the driver, which the next question shows again.
      if (!(error instanceof SensorTrouble && error.code === 'sensor-lost')) throw error;
      refusal ??= error;
    }
  }
  throw new SensorTrouble('sensor-missing', (refusal as SensorTrouble).message, { cause: refusal });
}

/** @throws SensorTrouble where it names no card */
function readCards(
  text: string,
  powers: readonly PowerField[],
  known: ReaderEnvironment['known'] = [],
): Cards {
  const prefixes = new Prefixes(known);
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.split(', '))
    .filter((cells) => cells.length >= powers.length + cardFields.length);
  const cell = (cells: readonly string[], field: (typeof cardFields)[number]) =>
    cells[powers.length + cardFields.indexOf(field)] ?? '';
  if (rows.length === 0 || rows.some((cells) => Number.isNaN(Number(cell(cells, 'index')))))
    throw new SensorTrouble('sensor-missing', 'nvidia-smi names no GPU');
  const cards = rows.map((cells) => {
    const card = { uuid: cell(cells, 'uuid'), bus: systemBus(cell(cells, 'pci.bus_id')) };
    return {
      ...card,
      prefix: prefixes.ofCard(card, Number(cell(cells, 'index'))),
      name: cells
        .slice(powers.length + cardFields.indexOf('name'))
        .join(', ')
        .trim(),
      first: powers.map((_, n) => readCell(cells[n]!)),
    };
  });
  return { driver: cell(rows[0]!, 'driver_version'), powers, cards };
}

/** It writes eight digits of domain where the system writes four. */
const systemBus = (bus: string): string => bus.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '');
