import type { Instrument } from '../board/board.js';
import { inputError, UserError, usageError } from '../errors.js';

/** Where the slot adapter takes its power from. */
export type SlotFeed = 'motherboard' | 'psu';

interface Slot {
  /** The board's rail that the slot adapter's cable is plugged into. */
  readonly rail: string;
  readonly feed: SlotFeed;
}

/** Which rails make up each component. `system` is always the sum of the components. */
export interface RailMap {
  readonly components: Readonly<Record<string, readonly string[]>>;
  readonly slot: Slot | null;
}

/** Chooses a board's map: of several boards, each may have one of its own. */
export interface MapChoice {
  (board: Instrument): RailMap;
  /** The file that it was read from, and what of it stands in there. */
  readonly given?: { readonly file: string; readonly map: RailMap };
}

/** The maker's own sums, without a slot adapter. */
export const ownMap: MapChoice = ({ components }) => ({ components, slot: null });

/** The maps of several boards as one: each component with the rails that make it up on any of them. */
export function mergedMap(maps: readonly RailMap[]): RailMap {
  const names = new Set(maps.flatMap(({ components }) => Object.keys(components)));
  const railsOf = (name: string) =>
    new Set(maps.flatMap(({ components }) => (Object.hasOwn(components, name) ? components[name]! : [])));
  return {
    components: Object.fromEntries([...names].map((name) => [name, [...railsOf(name)]])),
    slot: maps[0]!.slot,
  };
}

/** A sum of rails as indexes into the board's rails, each with its sign. */
export interface ComponentSum {
  readonly name: string;
  readonly terms: readonly { readonly rail: number; readonly sign: 1 | -1 }[];
}

/** A map resolved against a board. */
export interface Wiring {
  readonly map: RailMap;
  /** `system` first, then the components in the map's order. */
  readonly sums: readonly ComponentSum[];
  /** The rails' names in board order, as columns and summaries call them: the slot's rail is `slot`. */
  readonly railNames: readonly string[];
}

const slotReceiver = 'gpu';
const slotGiver = 'motherboard';

const whose = ({ product }: Instrument): string => `the ${product}`;

/**
 * Resolves the map that is chosen for a board.
 * @param who has these rails, for people, where it is not the board
 * @throws UserError as `resolveWiring`; (badInput) with the name of the file, where the map was read from one
 */
export function chosenWiring(board: Instrument, choose: MapChoice, who = whose(board)): Wiring {
  const { given } = choose;
  try {
    if (given) resolveWiring(board, given.map, who);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw inputError(`${given!.file}: ${error.message}`, error);
  }
  return resolveWiring(board, choose(board), who);
}

/**
 * Resolves a map against a board.
 * @param who has these rails, for people, where it is not the board
 * @throws UserError (usage) where the map names a rail twice or one that the board does not have, or a slot that
 * cannot be.
 */
export function resolveWiring(board: Instrument, map: RailMap, who = whose(board)): Wiring {
  const railIndex = new Map(board.rails.map((rail, index) => [rail.name, index]));
  const owner = new Map<string, string>();
  const sums = new Map<string, { rail: number; sign: 1 | -1 }[]>();

  for (const [component, rails] of Object.entries(map.components)) {
    const terms: { rail: number; sign: 1 | -1 }[] = [];
    for (const rail of rails) {
      const index = railIndex.get(rail);
      if (index === undefined)
        throw usageError(
          `components.${component}: ${who} has no rail '${rail}'; it has ${[...railIndex.keys()].join(', ') || 'none'}`,
        );
      const other = owner.get(rail);
      if (other !== undefined)
        throw usageError(
          `components.${component}: rail '${rail}' already counts to '${other}'; a rail counts once`,
        );
      owner.set(rail, component);
      terms.push({ rail: index, sign: 1 });
    }
    sums.set(component, terms);
  }

  if (map.slot) applySlot(map.slot, who, railIndex, owner, sums);

  const system = [...sums.values()].flat();
  return {
    map,
    sums: [
      { name: 'system', terms: cancelled(system) },
      ...[...sums].map(([name, terms]) => ({ name, terms })),
    ],
    railNames: board.rails.map((rail) => (rail.name === map.slot?.rail ? 'slot' : rail.name)),
  };
}

/** The slot's rail counts to the GPU; fed by the motherboard, its watts were counted on the ATX rails before. */
function applySlot(
  slot: Slot,
  who: string,
  railIndex: ReadonlyMap<string, number>,
  owner: ReadonlyMap<string, string>,
  sums: Map<string, { rail: number; sign: 1 | -1 }[]>,
): void {
  const allowed = [...railIndex.keys()].filter((name) => name.startsWith('pcie'));
  if (allowed.length === 0)
    throw usageError(
      `the slot adapter sits on a PCIe rail, and ${who} has none: leave '${slot.rail}' out; it has ${[...railIndex.keys()].join(', ')}`,
    );
  const rail = railIndex.get(slot.rail);
  if (rail === undefined || !allowed.includes(slot.rail))
    throw usageError(
      `the slot adapter sits on a PCIe rail: '${slot.rail}' is not one of those that ${who} has, ${allowed.join(', ')}`,
    );
  const receiver = sums.get(slotReceiver);
  if (!receiver) throw usageError(`a slot rail needs a component '${slotReceiver}' in the map`);
  const counted = owner.get(slot.rail);
  if (counted !== undefined && counted !== slotReceiver)
    throw usageError(`the slot's rail '${slot.rail}' counts to '${counted}' in the map; a rail counts once`);
  if (counted === undefined) receiver.push({ rail, sign: 1 });
  if (slot.feed === 'psu') return;
  const giver = sums.get(slotGiver);
  if (!giver) throw usageError(`a slot fed by the motherboard needs a component '${slotGiver}' in the map`);
  giver.push({ rail, sign: -1 });
}

/** Drops terms that come with both signs: the slot's watts in the system's sum. */
function cancelled(terms: readonly { rail: number; sign: 1 | -1 }[]): { rail: number; sign: 1 | -1 }[] {
  return terms.filter((term) => !terms.some((other) => other.rail === term.rail && other.sign !== term.sign));
}

/** Sums the rails' power columns of `count` rows into `out`, one column a component; exact in whole mW. */
export function sumComponents(
  wiring: Wiring,
  board: Instrument,
  channels: readonly (Int32Array | undefined)[],
  count: number,
  out: readonly Float64Array[],
): void {
  wiring.sums.forEach(({ terms }, index) => {
    const sum = out[index]!;
    sum.fill(0, 0, count);
    for (const { rail, sign } of terms) {
      const column = channels[board.rails[rail]!.power];
      if (!column) throw new Error(`power of rail ${rail} was not decoded`);
      if (sign === 1) for (let row = 0; row < count; row++) sum[row]! += column[row]!;
      else for (let row = 0; row < count; row++) sum[row]! -= column[row]!;
    }
  });
}
