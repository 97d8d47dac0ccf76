import { type Command, InvalidArgumentError, Option } from 'commander';
import { errorText, usageError } from '../errors.js';
import type { NamedFile } from '../file/shared-files.js';
import type { Calibrations } from '../session/calibration/apply.js';
import type { MapOptions } from '../session/map/map-choice.js';
import { isSimulator } from '../simulator/port/port-name.js';
import { parseDurationMs, parsePercent, parseRateHz } from '../units.js';
import { ownBoardOption } from './own-board.js';

/** Options that several commands share, so that they are spelled and explained the same everywhere. */

/** Lets commander say which option a bad value belongs to. */
export const checked =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(errorText(error));
    }
  };

const namesSomething = /<(file|dir|path|source|capture)\b/;

/** An empty name is most likely a variable that the shell does not have, and no file or port. */
export function refuseEmptyNames({ options }: Command): void {
  for (const option of options) {
    const { parseArg } = option;
    if (!namesSomething.test(option.flags)) continue;
    option.argParser((text: string, before: unknown) => {
      if (text === '') throw new InvalidArgumentError('It is empty.');
      return parseArg ? parseArg(text, before) : text;
    });
  }
}

/** A file that is written, and so one only. */
export const outputOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((path: string, before: string | undefined) => {
    if (before !== undefined) throw new InvalidArgumentError('It can be given once only.');
    return path;
  });

const portText =
  'a serial port, auto, sim[:constant|square|idle|train|inference][,board=benchlab2…], or a capture (.plog)';
/** Told from the same word given by being this very one. */
const defaultPorts: readonly string[] = ['auto'];

const portOption = () =>
  new Option(
    '-p, --port <source>',
    `where samples come from: ${portText}; once for each of several boards, or auto:all for every one that answers`,
  )
    .default(defaultPorts, 'auto')
    .argParser((port: string, ports: readonly string[]) =>
      ports === defaultPorts ? [port] : [...ports, port],
    );

/** Of a command that is about one board. */
export function onePortOption(): Option {
  let given: string | undefined; // `auto` may be the default, or typed
  return new Option('-p, --port <source>', `which board: ${portText}`)
    .default('auto')
    .argParser((port: string) => {
      if (given !== undefined) throw usageError(`this is about one board: --port ${given} or --port ${port}`);
      given = port;
      return port;
    });
}

export const linkOption = () =>
  new Option('--link <kind>', 'how the port is read, for diagnosis')
    .choices(['auto', 'tty', 'stream'])
    .default('auto');

const rateOption = () =>
  new Option(
    '--rate <hz>',
    'samples per second on an even grid (default: as fast as the board answers)',
  ).argParser(checked(parseRateHz));

export const durationOption = () =>
  new Option('-d, --duration <time>', 'stop after this long, such as 10s, 5m or 2h').argParser(
    checked(parseDurationMs),
  );

export const reconnectOption = () =>
  new Option('--reconnect <time>', 'how long to wait for a board that went away: a duration, forever, or off')
    .default(30_000, '30s')
    .argParser(
      checked((text: string) => {
        if (text === 'forever') return Number.POSITIVE_INFINITY;
        return text === 'off' ? 0 : parseDurationMs(text);
      }),
    );

/** What there is depends on the board; here only what can be no choice at all is refused. */
function parseColumns(text: string): string {
  if (text.split(',').some((item) => !/^[\w*?]+$/.test(item.trim())))
    throw usageError(
      `'${text}' is not a choice of columns: power, rails, all, or names and globs with commas, such as 'time_s,gpu_*'`,
    );
  return text;
}

export const columnsOption = () =>
  new Option(
    '--columns <list>',
    "which columns: power (the sums), rails, all (probes and fans too), or names and globs: 'time_s,gpu_*'",
  )
    .default('rails')
    .argParser(checked(parseColumns));

/** Whole µs, as instants are. */
function parseAverage(text: string): number {
  const ms = Math.round(parseDurationMs(text) * 1000) / 1000;
  if (ms < 1) throw usageError(`'${text}' is too short for an interval; the shortest is 1ms`);
  return ms;
}

export const averageOption = () =>
  new Option(
    '--average <time>',
    'rows are means over intervals this long instead of samples, such as 10ms, 100ms or 1s',
  ).argParser(checked(parseAverage));

const oneMoreWith = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export const withOption = (
  what = "record vendors' sensors beside the board: nvml, amd, rapl, hwmon, …, auto, or 'exec:COMMAND'; `powerlog sensors` lists them",
) => new Option('--with <sensors>', what).argParser(oneMoreWith);

export const withIntervalOption = () =>
  new Option(
    '--with-interval <time>',
    'between two readings of each sensor (default: as fast as it changes, and no faster)',
  ).argParser(
    checked((text: string) => {
      const ms = parseDurationMs(text);
      if (ms < 1) throw usageError(`'${text}' is too short for an interval; the shortest is 1ms`);
      return ms;
    }),
  );

/** Of every command that records sensors beside the board. */
export interface SensorOptions {
  readonly with?: readonly string[];
  /** ms */
  readonly withInterval?: number;
}

export const accuracyOption = () =>
  new Option(
    '--accuracy <percent>',
    "the board's accuracy, for the uncertainty of energies (default: as it was recorded, or else the nominal one, where there is one)",
  ).argParser(checked(parsePercent));

export const calibrationOption = () =>
  new Option(
    '--calibration <file>',
    'a calibration that `powerlog calibrate` made of this very board (NAME.cal.json), or none; once for each of several boards',
  ).argParser(oneMoreWith);

/** What `--calibration` names. @throws UserError (badInput, usage) */
export async function calibrationsFrom({
  calibration,
}: CalibrationOptions): Promise<Calibrations | undefined> {
  if (calibration === undefined) return undefined;
  const { readCalibrations } = await import('../session/calibration/calibration-file.js');
  return readCalibrations(calibration);
}

export const minCoverageOption = () =>
  new Option(
    '--min-coverage <percent>',
    'end with code 7 where less of the time than this lies outside of gaps',
  ).argParser(checked(parsePercent));

export const mapOption = () =>
  new Option('--map <file>', 'a JSON file that says which rails make up which component');

export const slotOption = () =>
  new Option('--slot <rail>', 'the PCIe rail (pcie1 … pcie3) that the slot adapter is plugged into');

export const slotFeedOption = () =>
  new Option(
    '--slot-feed <feed>',
    'where the slot adapter takes its power from (default: what the map says, or else motherboard)',
  ).choices(['motherboard', 'psu']);

export const forceOption = () => new Option('-f, --force', 'overwrite outputs that exist');
export const liveOption = () =>
  new Option('--live', 'show it on a page as well, whose address is printed on standard error');
export const quietOption = () => new Option('-q, --quiet', 'no status line and no closing summary');

export interface CalibrationOptions {
  /** Files, or `none`. */
  readonly calibration?: readonly string[];
}

/** Of every command that samples: where from, how, and what the samples mean. */
export interface SamplingOptions extends MapOptions, CalibrationOptions {
  readonly port: readonly string[];
  /** A file that describes a board of the user's own. */
  readonly board?: string;
  readonly rate?: number;
  readonly accuracy?: number;
  /** For how long a board that went away is waited for, ms. */
  readonly reconnect: number;
  readonly link: 'auto' | 'tty' | 'stream';
}

/** @param reconnect where it is not the usual one */
export const addSamplingOptions = (command: Command, reconnect = reconnectOption()): Command =>
  [
    portOption(),
    ownBoardOption(),
    rateOption(),
    slotOption(),
    slotFeedOption(),
    mapOption(),
    accuracyOption(),
    calibrationOption(),
    reconnect,
    linkOption(),
  ].reduce((grown, option) => grown.addOption(option), command);

const isNamedOnly = (port: string): boolean => /^auto(:|$)/.test(port) || isSimulator(port);

/** What is read from files: the map, and the ports that are files or devices. */
export function inputFiles({
  port: ports = [],
  map,
  board,
  calibration = [],
}: MapOptions &
  CalibrationOptions & { readonly port?: readonly string[]; readonly board?: string }): NamedFile[] {
  return [
    ...(board === undefined ? [] : [{ role: '--board', path: board }]),
    ...(map === undefined ? [] : [{ role: '--map', path: map }]),
    ...calibration.filter((path) => path !== 'none').map((path) => ({ role: '--calibration', path })),
    ...ports.filter((port) => !isNamedOnly(port)).map((path) => ({ role: '--port', path })),
  ];
}
