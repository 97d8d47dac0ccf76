import { usageError } from '../../errors.js';
import { type MapChoice, ownMap, type RailMap, type SlotFeed } from '../../measure/rail-map.js';

/** What is asked for of the map. */
export interface MapOptions {
  /** A file. */
  readonly map?: string;
  readonly slot?: string;
  readonly slotFeed?: SlotFeed;
}

/**
 * The map that `--map`, `--slot` and `--slot-feed` ask for, over that of a capture, or the board's own. Whether it is one of a
 * board shows when that is there.
 * @throws UserError (badInput, usage)
 */
export async function railMapFrom(
  { map: file, slot, slotFeed }: MapOptions,
  recorded?: RailMap,
): Promise<MapChoice> {
  const given = file === undefined ? undefined : await readMap(file);
  const map = given ?? recorded;
  const rail = slot ?? map?.slot?.rail;
  if (rail === undefined && slotFeed !== undefined)
    throw usageError('--slot-feed needs --slot: name the rail that the slot adapter is on');
  const slotted = (chosen: RailMap): RailMap => {
    if (rail === undefined) return chosen;
    return { ...chosen, slot: { rail, feed: slotFeed ?? chosen.slot?.feed ?? 'motherboard' } };
  };
  const choose: MapChoice = (board) => slotted(map ?? ownMap(board));
  if (file === undefined || !given) return choose;
  // A slot that was asked for beside the file is no fault of the file.
  const own = slot === undefined ? slotted(given) : { ...given, slot: null };
  return Object.assign(choose, { given: { file, map: own } });
}

/** Of a recording, which has a map of its own: another one, where that is asked for. */
export function otherMapFrom(options: MapOptions): { map?: (recorded?: RailMap) => Promise<MapChoice> } {
  const isAsked = options.map !== undefined || options.slot !== undefined || options.slotFeed !== undefined;
  return isAsked ? { map: (recorded) => railMapFrom(options, recorded) } : {};
}

/** Loaded when it is wanted: it brings zod. */
async function readMap(file: string): Promise<RailMap> {
  const { readRailMap } = await import('./map-file.js');
  return readRailMap(file);
}
