import { errorText, systemErrorCode } from '../../errors.js';
import { NumberFile } from '../files/sysfs.js';
import { Prefixes } from '../prefixes.js';
import { type AskedReader, type ReaderEnvironment, SensorTrouble } from '../reader.js';
import type { SensorColumn, SensorIdentity } from '../sensor.js';
import { amdNames, type Graphics, named } from './graphics.js';

/** amdgpu asks the card's controller at each reading; what that averages over is nowhere written. */
const usualPeriodMs = 100;
const shortestMs = 20;
/** 32 bits of mW, all of them set: what the driver gives where the card did not tell. */
const unknownMicrowatts = 4_294_967_295_000;

interface PowerFile {
  readonly file: NumberFile;
  readonly column: SensorColumn;
}

/** @throws SensorTrouble where none of the cards may be read */
export async function openAmdHwmon(
  graphics: readonly Graphics[],
  { programs, known, tell }: ReaderEnvironment,
): Promise<AskedReader> {
  const prefixes = new Prefixes(known);
  const cards = graphics.map((card, n) => ({ card, prefix: prefixes.ofCard(card, n) }));
  const files: PowerFile[] = [];
  let refusal: unknown;
  for (const { card, prefix } of cards) {
    const { instant, average } = card;
    const paths = [instant, average].filter((path) => path !== null);
    for (const path of paths) {
      const isSecond = path === average && instant !== null;
      try {
        files.push({ file: new NumberFile(path), column: columnOf(prefix, path === average, isSecond) });
      } catch (error) {
        refusal = error;
      }
    }
  }
  if (files.length === 0) {
    const isForbidden = ['EACCES', 'EPERM'].includes(systemErrorCode(refusal) ?? '');
    throw new SensorTrouble(isForbidden ? 'sensor-forbidden' : 'sensor-lost', errorText(refusal));
  }
  const names = await amdNames(programs);
  const identity: SensorIdentity = {
    product: 'amdgpu, by hwmon',
    driver: null,
    devices: cards.map(({ card, prefix }) => ({ prefix, ...named(card, names) })),
    meaning:
      'power1_input is instant power, power1_average an average over a time that nobody says; of a processor with graphics both include the processor (documentation of the kernel)',
  };
  return {
    identity,
    columns: files.map(({ column }) => column),
    ...{ usualPeriodMs, shortestMs },
    read: (values) => readAll(files, values, tell),
    close: () => {
      for (const { file } of files.splice(0)) file.close();
    },
  };
}

/** @throws SensorTrouble where no card told anything */
function readAll(files: readonly PowerFile[], values: Float64Array, tell: ReaderEnvironment['tell']): void {
  let failure: unknown;
  for (const [n, { file, column }] of files.entries()) {
    try {
      const microwatts = file.read();
      if (microwatts >= 0 && microwatts < unknownMicrowatts) values[n] = microwatts / 1e6;
      else
        tell(
          'sensor-implausible',
          `${column.title} was given as ${microwatts} µW, which says that it is not known`,
        );
    } catch (error) {
      // A card that sleeps refuses, and one that was taken away.
      tell('sensor-lost', `${column.title} could not be read (${errorText(error)})`);
      failure = error;
    }
  }
  if (failure && values.every(Number.isNaN))
    throw new SensorTrouble('sensor-lost', `no card could be read (${errorText(failure)})`, {
      cause: failure,
    });
}

/** @param isSecond where the card's instant power has the plain name */
function columnOf(prefix: string, isAverage: boolean, isSecond: boolean): SensorColumn {
  return {
    name: `${prefix}_${isSecond ? 'average_' : ''}power_w`,
    decimals: 6,
    quantity: 'power',
    title: `${prefix}, ${isAverage ? 'average power (power1_average)' : 'instant power (power1_input)'}`,
    partOf: null,
  };
}
