import type { Board } from '../board/board.js';
import { boardFor, boardIds } from '../board/catalogue.js';
import { powerSensor3Id } from '../board/powersensor3/powersensor3.js';
import { isStreaming } from '../board/streaming.js';
import { usageError } from '../errors.js';
import { parseDurationMs } from '../units.js';
import { parseMiscalibrated } from './miscalibrated.js';
import type { BoardModelOptions } from './model.js';
import { type ProfileName, profileNames } from './profile-names.js';
import { parseRaisedFault } from './raised-fault.js';

/** How a simulated board is asked for, as text: what `simulate` has options for, and `--port sim:…` keys. */
export interface BoardChoice {
  readonly board?: string | undefined;
  readonly firmware?: string | undefined;
  readonly name?: string | undefined;
  readonly seed?: string | undefined;
  readonly imbalance?: string | undefined;
  readonly raise?: string | undefined;
  readonly update?: string | undefined;
  readonly miscalibrated?: string | undefined;
}

const keys = [
  'board',
  'firmware',
  'name',
  'seed',
  'imbalance',
  'raise',
  'update',
  'miscalibrated',
] as const satisfies (keyof BoardChoice)[];

/**
 * The board that was asked for, by its name or the file that describes it. A firmware that no table is for gets the nearest older table's, as a board on a bench does.
 * @throws UserError (usage) that says what is allowed
 */
export async function chooseBoard({
  board: id = 'benchlab',
  firmware,
  name,
  seed,
  imbalance,
  raise,
  update,
  miscalibrated,
}: BoardChoice): Promise<BoardModelOptions> {
  if (id.endsWith('.json'))
    return chooseOwn(id, { firmware, name, seed, imbalance, raise, update, miscalibrated });
  if (id === powerSensor3Id)
    return chooseTalker({ firmware, name, seed, imbalance, raise, update, miscalibrated });
  if (!boardFor(id))
    throw usageError(
      `there is no board '${id}'; there are ${[...boardIds, powerSensor3Id].join(', ')}, or a file that describes one (.json)`,
    );
  const version = firmware === undefined ? null : whole(firmware, 255, 'a firmware');
  const table = boardFor(id, version)!;
  const board: Board = version === null ? table : { ...table, firmware: version };
  return {
    board,
    ...(name === undefined ? {} : { name }),
    ...(seed === undefined ? {} : { seed: whole(seed, 2 ** 32 - 1, 'a seed') }),
    ...(imbalance === undefined ? {} : { imbalance: share(imbalance, board) }),
    ...(raise === undefined ? {} : { raise: parseRaisedFault(raise, board) }),
    ...(update === undefined ? {} : { updateNs: updateNsOf(update) }),
    ...(miscalibrated === undefined ? {} : { miscalibrated: parseMiscalibrated(miscalibrated, board) }),
  };
}

/** One that a file describes. */
async function chooseOwn(
  path: string,
  { firmware, name, seed, imbalance, raise, update, miscalibrated }: Omit<BoardChoice, 'board'>,
): Promise<BoardModelOptions> {
  const given = Object.entries({ firmware, name }).find(([, value]) => value !== undefined);
  if (given) throw usageError(`a board that ${path} describes has no ${given[0]} to choose`);
  const { readBoardFile } = await import('../file/board-file.js');
  const own = readBoardFile(path);
  const asked = isStreaming(own) ? null : own;
  if (!asked && [imbalance, raise, update, miscalibrated].some((each) => each !== undefined))
    throw usageError('a simulated board that talks takes a profile and a seed');
  return {
    own,
    ...(asked && { board: asked }),
    ...(seed === undefined ? {} : { seed: whole(seed, 2 ** 32 - 1, 'a seed') }),
    ...(asked && imbalance !== undefined ? { imbalance: share(imbalance, asked) } : {}),
    ...(asked && raise !== undefined ? { raise: parseRaisedFault(raise, asked) } : {}),
    ...(asked && update !== undefined ? { updateNs: updateNsOf(update) } : {}),
    ...(asked && miscalibrated !== undefined
      ? { miscalibrated: parseMiscalibrated(miscalibrated, asked) }
      : {}),
  };
}

/** One that talks has a seed, and nothing else that could be chosen. */
function chooseTalker({ seed, ...others }: Omit<BoardChoice, 'board'>): BoardModelOptions {
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  if (given)
    throw usageError(
      `a simulated ${powerSensor3Id} has no ${given[0]} to choose; it takes a profile and a seed`,
    );
  return { talks: true, ...(seed === undefined ? {} : { seed: whole(seed, 2 ** 32 - 1, 'a seed') }) };
}

/**
 * Reads what stands behind `sim:`, such as `train,board=benchlab2,firmware=7`.
 * @throws UserError (usage) that says what is allowed
 */
export async function parseSimulated(text: string): Promise<BoardModelOptions> {
  let profile: ProfileName | undefined;
  const choice: { -readonly [Key in keyof BoardChoice]: string } = {};
  for (const part of text === '' ? [] : text.split(',')) {
    const at = part.indexOf('=');
    const key = keys.find((each) => at > 0 && each === part.slice(0, at));
    const found = profileNames.find((each) => each === part);
    if (key) choice[key] = part.slice(at + 1);
    else if (found && profile === undefined) profile = found;
    else if (at > 0)
      throw usageError(`sim: '${part.slice(0, at)}' can't be set; there are ${keys.join(', ')}`);
    else throw usageError(`there is no simulator profile '${part}'; there are ${profileNames.join(', ')}`);
  }
  return { ...(await chooseBoard(choice)), ...(profile === undefined ? {} : { profile }) };
}

function whole(text: string, limit: number, what: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= limit)) throw usageError(`'${text}': ${what} is a whole number from 0 to ${limit}`);
  return value;
}

/** Noise is the same for this long, so that updates closer together would not be two. */
const leastUpdateMs = 0.05;

function updateNsOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms < leastUpdateMs)
    throw usageError(`'${text}': updates lie at least ${leastUpdateMs}ms apart, such as 10ms`);
  return Math.round(ms * 1e6);
}

function share(text: string, { product, wires }: Board): number {
  if (wires.length === 0)
    throw usageError(`a ${product} does not measure single wires; try --board benchlab2, pmd2x or wireview`);
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 1))
    throw usageError(
      `'${text}' is not the share of a connector's current in its first wire: 0 to 1, such as 0.4`,
    );
  return value;
}
