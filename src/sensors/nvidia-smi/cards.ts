import type { Programs } from '../reader.js';
import { SensorTrouble } from '../reader.js';
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
export async function findCards(programs: Programs): Promise<Cards> {
  let refusal: unknown;
  for (const powers of generations) {
    try {
      return readCards(await programs.ask([program, ...cardsArguments(powers)], limitMs), powers);
    } catch (error) {
      // A field that it does not know ends it; so does all that is wrong with the driver, which the next question shows again.
      if (!(error instanceof SensorTrouble && error.code === 'sensor-lost')) throw error;
      refusal ??= error;
    }
  }
  throw new SensorTrouble('sensor-missing', (refusal as SensorTrouble).message, { cause: refusal });
}

/** @throws SensorTrouble where it names no card */
export function readCards(text: string, powers: readonly PowerField[]): Cards {
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.split(', '))
    .filter((cells) => cells.length >= powers.length + cardFields.length);
  const cards = rows.map((cells) => {
    const [uuid = '', index = '', bus = '', , ...name] = cells.slice(powers.length);
    const first = powers.map((_, n) => readCell(cells[n]!));
    return { prefix: `gpu${Number(index)}`, uuid, bus: systemBus(bus), name: name.join(', ').trim(), first };
  });
  if (cards.length === 0 || cards.some(({ prefix }) => prefix === 'gpuNaN'))
    throw new SensorTrouble('sensor-missing', 'nvidia-smi names no GPU');
  return { driver: rows[0]![powers.length + cardFields.indexOf('driver_version')] ?? null, powers, cards };
}

/** It writes eight digits of domain where the system writes four. */
const systemBus = (bus: string): string => bus.toLowerCase().replace(/^0000(?=[\da-f]{4}:)/, '');
