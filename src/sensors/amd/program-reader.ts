import { errorText } from '../../errors.js';
import { printable } from '../../text.js';
import { Prefixes } from '../prefixes.js';
import { type AskedReader, type ReaderEnvironment, SensorTrouble } from '../reader.js';
import type { SensorDevice, SensorIdentity } from '../sensor.js';
import { amdNames } from './graphics.js';
import { type CardName, type CardPower, readAmdSmi, readRocmNames, readRocmSmi } from './smi-output.js';

/** Each reading is a process that loads Python and a library, a good part of a second on one core. */
const usualPeriodMs = 1000;
const shortestMs = 1000;
const limitMs = 9000;

/** A program of AMD's that is run for each reading: one that goes on by itself has whole seconds, and in some releases no JSON. */
interface AmdProgram {
  readonly argv: readonly string[];
  readonly read: (text: string) => CardPower[];
  readonly names: (environment: ReaderEnvironment) => Promise<CardName[]>;
  readonly meaning: string;
}

export const amdPrograms = {
  'amd-smi': {
    argv: ['amd-smi', 'metric', '-p', '--json'],
    read: readAmdSmi,
    names: ({ programs }) => amdNames(programs),
    meaning: "the socket's power, in whole watts: the current one where the card tells it, else its average",
  },
  'rocm-smi': {
    argv: ['rocm-smi', '--showpower', '--json'],
    read: readRocmSmi,
    names: async ({ programs }) => {
      try {
        return readRocmNames(await programs.ask(['rocm-smi', '--showuniqueid', '--json'], limitMs));
      } catch {
        return [];
      }
    },
    meaning: "the socket's or the package's power; of a card with two dies the first has that of both",
  },
} as const satisfies Record<string, AmdProgram>;

/** @throws SensorTrouble where it is not there or names no card */
export async function openAmdProgram(
  id: keyof typeof amdPrograms,
  environment: ReaderEnvironment,
): Promise<AskedReader> {
  const { argv, read, names, meaning }: AmdProgram = amdPrograms[id];
  const ask = async (): Promise<CardPower[]> => {
    const text = await environment.programs.ask(argv, limitMs);
    try {
      return read(text);
    } catch (error) {
      throw new SensorTrouble('sensor-unreadable', `${argv.join(' ')}: ${printable(errorText(error))}`, {
        cause: error,
      });
    }
  };
  const cards = await ask().catch((error: unknown) => {
    // It is installed, and has no card to tell of: for who looks for a sensor that is none.
    if (!(error instanceof SensorTrouble && error.code === 'sensor-lost')) throw error;
    throw new SensorTrouble('sensor-missing', error.message, { cause: error });
  });
  if (cards.length === 0) throw new SensorTrouble('sensor-missing', `${id} names no card`);
  const [told, prefixes] = [await names(environment), new Prefixes(environment.known)];
  const devices = cards.map(({ card }): SensorDevice => {
    const { bus = null, uuid = null, name = null } = told.find((each) => each.card === card) ?? {};
    return { prefix: prefixes.ofCard({ uuid, bus }, numberOf(card)), ...{ bus, uuid, name } };
  });
  for (const [n, { powerW, words }] of cards.entries())
    if (Number.isNaN(powerW))
      environment.tell(
        'sensor-missing',
        `${devices[n]!.prefix} has no power of its own${words === null ? '' : `: ${printable(words)}`}`,
      );
  const identity: SensorIdentity = { product: id, driver: null, devices, meaning };
  return {
    identity,
    columns: devices.map(({ prefix }) => ({
      name: `${prefix}_power_w`,
      decimals: 3,
      quantity: 'power',
      title: `${prefix}, power`,
      partOf: null,
    })),
    ...{ usualPeriodMs, shortestMs },
    async read(values) {
      const read = await ask();
      // Numbers are all that it tells, and where a card has gone they may be those of others.
      if (read.map(({ card }) => card).join() !== cards.map(({ card }) => card).join())
        throw new SensorTrouble('sensor-lost', 'it tells of other cards than before');
      for (const [n, { powerW }] of read.entries()) values[n] = powerW;
    },
    close: () => {},
  };
}

/** `0` of amd-smi and `card0` of rocm-smi alike. */
const numberOf = (card: string): number => Number(card.replace(/^card/, ''));
