import type { Instrument } from '../../board/board.js';
import { inputError } from '../../errors.js';
import { ownMap, type RailMap, resolveWiring, sumComponents, type Wiring } from '../../measure/rail-map.js';
import type { CsvForm } from './csv-form.js';

/**
 * The map that the rows were written with: the given one, the one that the summary names, or the default one, where its
 * sums are those of the rows, with the slot where a column bears that name. Otherwise the components' names are all
 * that is known of it.
 */
export function wiringOf(
  { board, complete, components }: CsvForm,
  railNames: readonly string[],
  given: RailMap | undefined,
  told: RailMap | undefined,
  fits: (map: RailMap) => boolean,
): Wiring {
  const rail = board.rails[railNames.indexOf('slot')]?.name;
  const withSlot = (map: RailMap): RailMap[] =>
    rail === undefined || map.slot !== null
      ? [map]
      : (['motherboard', 'psu'] as const).map((feed) => ({ ...map, slot: { rail, feed } }));
  const named = (map: RailMap) => {
    const names = ['system', ...Object.keys(map.components)];
    return complete
      ? names.join() === components.join()
      : components.every((component) => names.includes(component));
  };
  const own = ownMap(board);
  const candidates = (given ? [given] : [...(told ? [told] : []), own]).filter(named);
  const found =
    complete && railNames.length > 0
      ? candidates.flatMap(withSlot).find((map) => isWired(board, map) && fits(map))
      : // Sums alone do not tell what they were made of.
        candidates.find((map) => map !== own);
  if (given && !found)
    throw inputError(
      `the sums of ${components.join(', ')} in the rows do not come from the map that was given`,
    );
  const unknown = {
    components: Object.fromEntries(components.slice(1).map((name) => [name, []])),
    slot: null,
  };
  // The sums stand in the rows already; of what they are made tells what they are worth, where the rails are there.
  const made = found && isWired(board, found) ? resolveWiring(board, found).sums : [];
  const termsOf = (component: string) => made.find(({ name }) => name === component)?.terms ?? [];
  return {
    map: found ?? unknown,
    sums: components.map((name) => ({ name, terms: termsOf(name) })),
    railNames,
  };
}

/** Whether the map is one of this board at all. */
function isWired(board: Instrument, map: RailMap): boolean {
  try {
    return resolveWiring(board, map).sums.length > 0;
  } catch {
    return false;
  }
}

/** Whether the rails of these rows add up to their sums. */
export function explains(
  wiring: Wiring,
  board: Instrument,
  channels: readonly Int32Array[],
  powerMw: readonly Float64Array[],
  count: number,
): boolean {
  const computed = powerMw.map(() => new Float64Array(count));
  sumComponents(wiring, board, channels, count, computed);
  return computed.every((column, n) => column.every((mw, row) => mw === powerMw[n]![row]));
}
