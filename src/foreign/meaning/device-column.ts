import { usageError } from '../../errors.js';
import type { OptionNames } from '../foreign-track.js';
import { type ColumnFacts, called } from './column-facts.js';

/** Which rows of a table are of the device that is wanted. */
export interface DeviceChoice {
  /** The column that tells them apart; null where there is none. */
  readonly index: number | null;
  /** What stands there. */
  readonly key: string;
  /** For people; null where there is one device only. */
  readonly called: string | null;
  readonly uuid: string | null;
  readonly guesses: readonly string[];
}

const mostDevices = 64;
const deviceNames = [
  /^(?:gpu_?|device_?)?uuid$/i,
  /^(?:gpu_?)?(?:pci\.?)?(?:bus_?id|bdf)$/i,
  /^(?:gpu|card|device)(?:[ _.]?(?:id|index|idx|no|number))?$/i,
  /^(?:index|idx)$/i,
];

/** What column tells devices apart, the surest first. */
const deviceColumns = (columns: readonly ColumnFacts[]): ColumnFacts[] =>
  deviceNames.flatMap((pattern) =>
    columns.filter(
      ({ name, distinct, texts, kind }) =>
        pattern.test(name) &&
        kind !== 'empty' &&
        kind !== 'date' &&
        distinct <= mostDevices &&
        // An index that never repeats counts rows.
        (distinct < texts.length || texts.length === 1 || !/^(?:index|idx)$/i.test(name)),
    ),
  );

/**
 * The device whose readings are wanted, of those in the first rows.
 * @param power whose cells tell which devices say something
 * @param asked what stands in one of the columns that tell devices apart
 * @throws UserError (usage) where several could be meant, or the one that is asked for is not there
 */
export function chooseDevice(
  columns: readonly ColumnFacts[],
  power: ColumnFacts,
  asked: string | undefined,
  path: string,
  options: OptionNames,
): DeviceChoice {
  const telling = deviceColumns(columns);
  const [key] = telling;
  if (!key) {
    if (asked === undefined) return { index: null, key: '', called: null, uuid: null, guesses: [] };
    throw usageError(
      `${options.column}: nothing in ${path} tells devices apart, so there is no '@${asked}'; its columns are ${columns.map(called).join(', ')}`,
    );
  }
  const devices = [...new Set(key.texts)];
  const nameOf = (device: string): string => {
    const row = key.cells.indexOf(device);
    const others = telling.filter((each) => each !== key).map((each) => each.cells[row]!);
    const short = others.find((text) => text.length < device.length);
    const name = short === undefined ? device : `${short} (${device})`;
    return /^\d/.test(name) ? `GPU ${name}` : name;
  };
  const chosen = (device: string, guesses: readonly string[] = []): DeviceChoice => ({
    ...{ index: key.index, key: device, guesses },
    called: devices.length > 1 ? nameOf(device) : null,
    uuid: uuidBeside(columns, key.cells.indexOf(device)),
  });
  const list = devices.map(nameOf).join(', ');
  if (asked !== undefined) {
    const row = key.cells.findIndex((_, n) => telling.some((each) => each.cells[n] === asked));
    const byStart =
      row >= 0 ? row : key.cells.findIndex((cell) => asked.length > 3 && cell.startsWith(asked));
    if (byStart < 0)
      throw usageError(
        `${options.column}: ${path} has no device '${asked}' in its first rows; it has ${list}`,
      );
    return chosen(key.cells[byStart]!);
  }
  if (devices.length === 1) return chosen(devices[0]!);
  const speaking = devices.filter((device) =>
    power.cells.some((cell, n) => key.cells[n] === device && power.texts.includes(cell)),
  );
  if (speaking.length === 1)
    return chosen(speaking[0]!, [`of ${devices.length} devices only ${nameOf(speaking[0]!)} gives a power`]);
  throw usageError(
    `${path} holds ${devices.length} devices: ${list}; say which with ${options.column} '${power.name}@${shortest(telling, key, devices[0]!)}'`,
  );
}

/** The shortest text that names a device. */
function shortest(telling: readonly ColumnFacts[], key: ColumnFacts, device: string): string {
  const row = key.cells.indexOf(device);
  return telling.map((each) => each.cells[row]!).reduce((a, b) => (b !== '' && b.length < a.length ? b : a));
}

function uuidBeside(columns: readonly ColumnFacts[], row: number): string | null {
  const text = columns.find(({ name }) => deviceNames[0]!.test(name))?.cells[row];
  return text === undefined || text === '' ? null : text;
}
